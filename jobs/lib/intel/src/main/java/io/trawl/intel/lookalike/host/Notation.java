package io.trawl.intel.lookalike.host;

/** How an IPv4 address is written. */
final class Notation {
    private Notation() {}

    /**
     * The rule of the notation.
     *
     * @param host what the URL Standard takes for an IPv4 address
     */
    static HostRule of(String host) {
        String text = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        boolean hex = false;
        boolean octal = false;
        boolean decimal = false;
        boolean noOctal = false;
        int parts = 0;
        for (String part : text.split("\\.", -1)) {
            parts++;
            if (part.startsWith("0x") || part.startsWith("0X")) {
                hex = true;
            } else if (!part.isEmpty() && part.chars().allMatch(c -> c >= '0' && c <= '9')) {
                // One digit is the same in all of them: 0177.0.0.1 is octal, 0x7f.0.0.1 is hexadecimal.
                octal |= part.length() > 1 && part.charAt(0) == '0';
                decimal |= part.length() > 1 && part.charAt(0) != '0';
                noOctal |= part.length() == 1 && part.charAt(0) > '7';
            } else {
                return HostRule.IP_ENCODED;
            }
        }
        decimal |= noOctal && octal;
        if ((hex ? 1 : 0) + (octal ? 1 : 0) + (decimal ? 1 : 0) > 1) {
            return HostRule.IP_MIXED;
        }
        if (hex) {
            return HostRule.IP_HEX;
        }
        if (octal) {
            return HostRule.IP_OCTAL;
        }
        return parts == 4 ? HostRule.IP_V4 : parts == 1 ? HostRule.IP_DECIMAL : HostRule.IP_SHORT;
    }
}
