package io.trawl.cli.query;

import com.fasterxml.jackson.databind.JsonNode;
import io.trawl.base.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

/** The pages on which servers say how they are. */
final class Pages {
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(4))
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    /** The address that WebHDFS has on the web. */
    static String web(String url) {
        return url.replaceFirst("^webhdfs:", "http:").replaceFirst("^swebhdfs:", "https:");
    }

    JsonNode json(String url) throws IOException, InterruptedException {
        return Json.MAPPER.readTree(get(url).body());
    }

    HttpResponse<String> get(String url) throws IOException, InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url))
                    .timeout(Duration.ofSeconds(7))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IllegalArgumentException e) {
            throw new IOException(url + " is not the address of a page, for example http://127.0.0.1:8080", e);
        }
    }

    /** Why a page did not come, in a few words. */
    static String why(IOException e) {
        if (e instanceof HttpTimeoutException) {
            return "it does not answer in time";
        }
        return e.getMessage() == null || e instanceof java.net.ConnectException
                ? "it refuses connections"
                : e.getMessage().lines().findFirst().orElse("");
    }
}
