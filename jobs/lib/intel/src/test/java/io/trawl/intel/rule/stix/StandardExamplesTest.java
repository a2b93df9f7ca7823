package io.trawl.intel.rule.stix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of patterns of each kind that the standard gives examples of (STIX 2.1, section 9.9), with other values. */
class StandardExamplesTest {
    private static final String SHA256 = "5d41402abc4b2a76b9719d911017c592ae2f3c1e5d41402abc4b2a76b9719d91";
    private static final String OTHER = "7d793037a0760186574b0282f2f435e7ae2f3c1e5d41402abc4b2a76b9719d91";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "[file:hashes.'SHA-256' = 'SHA256'] | valid: indicator",
                "[file:hashes.'SHA-256' = 'SHA256' AND file:mime_type = 'application/x-pdf'] | valid: rule",
                "[file:hashes.'SHA-256' = 'SHA256' OR file:hashes.MD5 = '5d41402abc4b2a76b9719d911017c592'] AND [file:hashes.'SHA-256' = 'OTHER'] | valid: correlation",
                "[url:value = 'http://a.example/x' OR url:value = 'http://b.example/y'] | valid: 2 indicators",
                "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.33/32'] | valid: rule",
                "[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'a.example'] REPEATS 4 TIMES WITHIN 900 SECONDS | valid: correlation",
                "[network-traffic:dst_ref.value ISSUBSET '2001:0db8:0000:beef::/64'] | valid: rule",
                "[domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '198.51.100.1/32'] | valid: rule",
                "[email-message:sender_ref.value = 'jane@a.example' AND email-message:subject = 'News'] | not sweepable: email-message:subject = 'News': no field of an event has email-message:subject",
                "[email-message:from_ref.value MATCHES '.+\\\\@a\\\\.example$'] | valid: rule",
                "[file:name = 'a.dll' AND file:parent_directory_ref.path = 'C:\\\\Windows'] | not sweepable: file:parent_directory_ref.path = 'C:\\\\Windows': no field of an event has file:parent_directory_ref.path",
                "[file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0] | not sweepable: file:extensions.'windows-pebinary-ext'.sections[*].entropy > 7.0: no field of an event has file:extensions.'windows-pebinary-ext'.sections[*].entropy",
                "[file:mime_type = 'image/bmp' AND file:magic_number_hex = h'ffd8'] | not sweepable: file:magic_number_hex = h'ffd8': no field of an event has file:magic_number_hex",
                "[(file:name = 'a.exe' OR file:size = '371712') AND file:created = t'2014-01-13T07:03:17Z'] | not sweepable: file:size = '371712': no field of an event has file:size; file:created = t'2014-01-13T07:03:17Z': no field of an event has file:created",
                "[artifact:mime_type = 'application/vnd.tcpdump.pcap' AND artifact:payload_bin MATCHES '\\\\xd4\\\\xc3'] | not sweepable: artifact:mime_type = 'application/vnd.tcpdump.pcap': logs have no artifact; artifact:payload_bin MATCHES '\\\\xd4\\\\xc3': logs have no artifact",
                "[x509-certificate:issuer = 'CN=A' AND x509-certificate:serial_number = '4c:0b'] | not sweepable: x509-certificate:issuer = 'CN=A': no field of an event has x509-certificate:issuer; x509-certificate:serial_number = '4c:0b': no field of an event has x509-certificate:serial_number",
                "[windows-registry-key:key = 'HKEY_CURRENT_USER\\\\A' OR windows-registry-key:key = 'B'] | not sweepable: windows-registry-key:key = 'HKEY_CURRENT_USER\\\\A': logs have no windows-registry-key; windows-registry-key:key = 'B': logs have no windows-registry-key",
                "([file:hashes.MD5 = '5d41402abc4b2a76b9719d911017c592'] FOLLOWEDBY [windows-registry-key:key = 'B']) WITHIN 300 SECONDS | not sweepable: windows-registry-key:key = 'B': logs have no windows-registry-key",
                "([file:name = 'a.dll'] AND [windows-registry-key:key = 'B']) OR [process:name = 'a' OR process:name = 'b'] | not sweepable: windows-registry-key:key = 'B': logs have no windows-registry-key; process:name = 'a': logs have no process; process:name = 'b': logs have no process",
                "[process:command_line MATCHES '^.+>-add A.cer'] FOLLOWEDBY [process:command_line MATCHES'^.+B$'] WITHIN 300 SECONDS | not sweepable: process:command_line MATCHES '^.+>-add A.cer': logs have no process; process:command_line MATCHES '^.+B$': logs have no process",
                "[user-account:user_id = '1007' AND user-account:account_login = 'Peter'] AND [user-account:user_id = '1008'] | valid: correlation",
                "[user-account:account_type = 'unix' AND user-account:user_id = '1007'] | not sweepable: user-account:account_type = 'unix': no field of an event has user-account:account_type",
                "[x-usb-device:usbdrive.serial_number = '575'] | not sweepable: x-usb-device:usbdrive.serial_number = '575': logs have no x-usb-device, which is not a type of object of STIX 2.1 either",
                "[network-traffic:src_port = 37020 AND user-account:user_id = 'root'] START t'2016-06-01T01:30:00.123Z' STOP t'2016-06-01T02:20:00.123Z' | refused: AND joins network-traffic and user-account in one observation, but no object is both (STIX 2.1, section 9.5); expected one type, or an observation of its own for each: […] AND […]"
            })
    void becomes(String pattern, String text) {
        assertThat(Fired.judge(pattern.replace("SHA256", SHA256).replace("OTHER", OTHER))
                        .text())
                .isEqualTo(text);
    }
}
