package io.trawl.cli.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import org.junit.jupiter.api.Test;

class PagesTest {
    @Test
    void whatIsNotTheAddressOfAPageIsSaid() {
        assertThatThrownBy(() -> new Pages().json("no page"))
                .isInstanceOf(IOException.class)
                .hasMessage("no page is not the address of a page, for example http://127.0.0.1:8080");
    }

    @Test
    void webHdfsHasAnAddressOnTheWeb() {
        assertThat(Pages.web("webhdfs://name:9870/reports")).isEqualTo("http://name:9870/reports");
        assertThat(Pages.web("swebhdfs://name:9871/reports")).isEqualTo("https://name:9871/reports");
    }

    @Test
    void whyAPageDidNotComeIsOneLine() {
        assertThat(Pages.why(new HttpTimeoutException("request timed out"))).isEqualTo("it does not answer in time");
        assertThat(Pages.why(new ConnectException())).isEqualTo("it refuses connections");
        assertThat(Pages.why(new IOException("closed\nat once"))).isEqualTo("closed");
    }
}
