package io.trawl.stack;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Airflow's REST API, asked as nobody until {@link #login}. */
public final class AirflowApi {
    private static final Pattern TOKEN = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"]+)\"");

    private final HttpClient http;
    private final String address;
    private final Duration patience;
    private String token = "";

    /**
     * @param address of the API server, for example http://127.0.0.1:8080
     * @param patience how long an answer may take
     */
    public AirflowApi(String address, Duration patience) {
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(patience)
                .build();
        this.address = address;
        this.patience = patience;
    }

    /**
     * Asks as this user from now on.
     *
     * @throws IOException Airflow gives the user no token, or does not answer
     */
    public void login(String user, String password) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                send("POST", "/auth/token", "{\"username\":\"%s\",\"password\":\"%s\"}".formatted(user, password));
        Matcher given = TOKEN.matcher(answer.body());
        if (!given.find()) {
            throw new IOException("Airflow gives " + user + " no token: " + answer.body());
        }
        token = given.group(1);
    }

    /**
     * Asks once.
     *
     * @param body what is JSON as a text; null for none
     * @return the answer, whatever its status
     * @throws IOException Airflow does not answer
     */
    public HttpResponse<String> send(String method, String path, @Nullable Object body)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(address + path))
                .timeout(patience)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.toString()));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
