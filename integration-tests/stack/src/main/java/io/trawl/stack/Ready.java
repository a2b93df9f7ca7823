package io.trawl.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Whether a started server answers. */
@FunctionalInterface
interface Ready {
    HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Probe.PATIENCE)
            .build();

    /**
     * Whether it answers now.
     *
     * @throws IOException it does not answer yet
     */
    boolean of(Child child) throws IOException, InterruptedException;

    /** It takes connections. */
    static Ready port(int port) {
        return child -> open(port);
    }

    /** It wrote a line, since this start, that has the pattern. */
    static Ready logged(String pattern) {
        Pattern wanted = Pattern.compile(pattern);
        return child -> wanted.matcher(child.said()).find();
    }

    /** A GET answers 200, with a body that the test takes. */
    static Ready http(String url, Predicate<String> body) {
        return child -> {
            HttpResponse<String> answer = get(url);
            return answer.statusCode() == 200 && body.test(answer.body());
        };
    }

    default Ready and(Ready other) {
        return child -> of(child) && other.of(child);
    }

    static boolean open(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create(url)).timeout(Probe.PATIENCE).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
