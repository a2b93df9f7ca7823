package io.trawl.intel.feed;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Families of types, as feeds name them. */
public enum Family {
    ANY,
    DOMAIN,
    ADDRESS,
    URL,
    URL_PREFIX,
    PATH,
    HASH,
    EMAIL_DOMAIN,
    USER_AGENT,
    USER_AGENT_REGEX;

    /** The family that a feed's word for a type means; null if it is none of this version's. */
    public static @Nullable Family of(String word) {
        return switch (word.strip().toLowerCase(Locale.ROOT).replace('_', '-').replace(' ', '-')) {
            case "" -> ANY;
            case "domain",
                    "domains",
                    "domain-name",
                    "hostname",
                    "host",
                    "fqdn",
                    "dns",
                    "domain:port",
                    "domain-port",
                    "hostname|port" -> DOMAIN;
            case "url-path", "uri-path", "path" -> PATH;
            case "md5",
                    "sha1",
                    "sha256",
                    "md5-hash",
                    "sha1-hash",
                    "sha256-hash",
                    "hash",
                    "filehash-md5",
                    "filehash-sha1",
                    "filehash-sha256" -> HASH;
            case "email-domain" -> EMAIL_DOMAIN;
            case "user-agent", "useragent", "ua", "http-user-agent" -> USER_AGENT;
            case "user-agent-regex", "user-agent-pattern" -> USER_AGENT_REGEX;
            case "ip",
                    "ips",
                    "ipv4",
                    "ipv6",
                    "ip4",
                    "ip6",
                    "ip-address",
                    "ipv4-addr",
                    "ipv6-addr",
                    "ipaddress",
                    "ip-dst",
                    "ip-src",
                    "address",
                    "cidr",
                    "network",
                    "netblock",
                    "subnet",
                    "ip-range",
                    "range",
                    "ip:port",
                    "ip-port",
                    "ip-dst|port",
                    "ip-src|port" -> ADDRESS;
            case "url", "urls", "uri", "link" -> URL;
            case "url-prefix", "uri-prefix" -> URL_PREFIX;
            default -> null;
        };
    }
}
