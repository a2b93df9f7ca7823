package io.trawl.cli.files.output;

import io.trawl.parsing.mapping.Mapping;
import io.trawl.record.ProxyEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What logs of DNS, TLS, firewalls, mail and files have, in the names of the Elastic Common Schema. */
final class EcsBeyondWeb {
    private EcsBeyondWeb() {}

    /** Writes the members of an event. One that has none of a group does not pay for it. */
    static void write(ProxyEvent event, Json json) {
        if (event.getRuleName() != null) {
            int rule = json.begin("rule");
            json.member("name", event.getRuleName());
            json.end(rule);
        }
        network(event, json);
        if (event.getDnsQuestionName() != null
                || event.getDnsQuestionType() != null
                || event.getDnsResponseCode() != null
                || event.getDnsAnswersData() != null) {
            dns(event, json);
        }
        if (event.getTlsClientServerName() != null
                || event.getTlsClientJa3() != null
                || event.getTlsClientJa4() != null
                || event.getTlsServerJa3s() != null
                || event.getTlsServerHashSha1() != null) {
            tls(event, json);
        }
        if (event.getFileHashMd5() != null || event.getFileHashSha1() != null || event.getFileHashSha256() != null) {
            int file = json.begin("file");
            int hash = json.begin("hash");
            json.member("md5", event.getFileHashMd5());
            json.member("sha1", event.getFileHashSha1());
            json.member("sha256", event.getFileHashSha256());
            json.end(hash);
            json.end(file);
        }
        if (event.getEmailFromAddress() != null || event.getEmailToAddress() != null) {
            int email = json.begin("email");
            inner(json, "from", "address", event.getEmailFromAddress());
            inner(json, "to", "address", event.getEmailToAddress());
            json.end(email);
        }
    }

    private static void network(ProxyEvent event, Json json) {
        if (event.getNetworkTransport() != null
                || event.getNetworkProtocol() != null
                || event.getNetworkApplication() != null
                || event.getNetworkDirection() != null
                || event.getNetworkForwardedIp() != null
                || event.getNetworkBytes() != null) {
            int network = json.begin("network");
            json.member("transport", event.getNetworkTransport());
            json.member("protocol", event.getNetworkProtocol());
            json.member("application", event.getNetworkApplication());
            json.member("direction", event.getNetworkDirection());
            if (event.getNetworkForwardedIp() != null) {
                json.member("forwarded_ip", addresses(event.getNetworkForwardedIp()));
            }
            json.member("bytes", event.getNetworkBytes());
            json.end(network);
        }
    }

    /** Those of a list that are addresses: ECS has no other values there. */
    private static List<String> addresses(String list) {
        List<String> addresses = new ArrayList<>();
        for (String one : list.split(",")) {
            String address = Mapping.address(one.strip());
            if (address != null) {
                addresses.add(address);
            }
        }
        return addresses;
    }

    private static void dns(ProxyEvent event, Json json) {
        int dns = json.begin("dns");
        int question = json.begin("question");
        json.member("name", event.getDnsQuestionName());
        json.member("type", event.getDnsQuestionType());
        json.end(question);
        json.member("response_code", event.getDnsResponseCode());
        inner(json, "answers", "data", event.getDnsAnswersData());
        json.end(dns);
    }

    private static void tls(ProxyEvent event, Json json) {
        int tls = json.begin("tls");
        int client = json.begin("client");
        json.member("server_name", event.getTlsClientServerName());
        json.member("ja3", event.getTlsClientJa3());
        json.member("ja4", event.getTlsClientJa4());
        json.end(client);
        int server = json.begin("server");
        json.member("ja3s", event.getTlsServerJa3s());
        inner(json, "hash", "sha1", event.getTlsServerHashSha1());
        json.end(server);
        json.end(tls);
    }

    /** An object with one member; nothing if that has no value. */
    private static void inner(Json json, String object, String member, @Nullable String value) {
        int mark = json.begin(object);
        json.member(member, value);
        json.end(mark);
    }
}
