package io.trawl.intel.rule.internal;

import java.util.HashMap;
import java.util.Map;

/** What nearly all lines of web logs have, so that one looks for what is rarer. It decides speed only, no result. */
public final class Usual {
    private static final String TEXT = String.join(
            "\n",
            "mozilla/5.0 (windows nt 10.0; win64; x64) applewebkit/537.36 (khtml, like gecko) chrome/120.0.0.0 safari/537.36 edg/120.0",
            "mozilla/5.0 (windows nt 6.1; wow64; trident/7.0; rv:11.0) like gecko",
            "mozilla/5.0 (macintosh; intel mac os x 10_15_7) applewebkit/605.1.15 (khtml, like gecko) version/17.1 safari/605.1.15",
            "mozilla/5.0 (iphone; cpu iphone os 17_1 like mac os x) applewebkit/605.1.15 mobile/15e148 safari/604.1",
            "mozilla/5.0 (x11; linux x86_64; rv:120.0) gecko/20100101 firefox/120.0",
            "mozilla/5.0 (x11; ubuntu; linux x86_64) mozilla/5.0 (linux; android 13; sm-g991b) mobile safari/537.36",
            "mozilla/4.0 (compatible; msie 8.0; windows nt 5.1; trident/4.0; .net clr 2.0.50727; .net clr 3.5.30729; slcc2)",
            "mozilla/5.0 (compatible; googlebot/2.1; +http://www.google.com/bot.html) bingbot/2.0",
            "http://www.example.com/index.html https://www.example.org/ https://cdn.example.net/images/logo.png?v=1.0 http/1.1",
            "https://static.example.com/assets/js/jquery.min.js https://api.example.com/v1/users/ https://example.co.uk/",
            "/favicon.ico /robots.txt /index.php?id=1&page=2 /wp-content/themes/style.css /wp-admin/admin-ajax.php?action= /login",
            "/search?q=the&lang=en /static/css/main.css /img/banner.jpg /images/icons.gif /api/v2/ /download/ /news/article",
            "text/html application/json image/jpeg application/javascript image/png text/css application/octet-stream",
            "google.com facebook.com googleapis.com microsoft.com windowsupdate.com cloudfront.net amazonaws.com .com .net .org .de",
            "get post connect head tcp_miss tcp_tunnel tcp_hit hier_direct none 2023 2024 2025 000 111 123 443");

    private static final String COMMON = "etaoinsr./-0123456789";

    private static final Map<Integer, Integer> GRAMS = new HashMap<>();

    static {
        for (int size = 1; size <= Integer.BYTES; size++) {
            for (int i = 0; i + size <= TEXT.length(); i++) {
                GRAMS.merge(GramTable.gram(TEXT, i, size) ^ size << 28, 1, Integer::sum);
            }
        }
    }

    private Usual() {}

    /** How often a gram is met: the less the better. */
    static double frequency(String folded, int at, int size) {
        int seen = GRAMS.getOrDefault(GramTable.gram(folded, at, size) ^ size << 28, 0);
        double frequency = seen * 4.0;
        for (int i = at; i < at + size; i++) {
            char c = folded.charAt(i);
            frequency += COMMON.indexOf(c) >= 0 ? 1 : c >= 'a' && c <= 'z' ? 0.7 : 0.2;
        }
        return frequency;
    }

    /** Whether usual lines have a text, in any case. */
    public static boolean has(String text) {
        return TEXT.contains(Fold.text(text));
    }
}
