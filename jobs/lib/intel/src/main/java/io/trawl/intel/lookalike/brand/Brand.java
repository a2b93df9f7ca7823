package io.trawl.intel.lookalike.brand;

import java.util.List;

/**
 * A brand to watch for.
 *
 * @param domain its registrable domain, canonical: paypal.com
 * @param labels what is looked for in hosts: the domain's first label, then its other names, each as a label of DNS in
 *     ASCII or in its own script
 * @param suffix the domain's public suffix
 * @param domains its other registrable domains
 * @param partners registrable domains of others that may look like it
 */
public record Brand(String domain, List<String> labels, String suffix, List<String> domains, List<String> partners) {
    public Brand {
        labels = List.copyOf(labels);
        domains = List.copyOf(domains);
        partners = List.copyOf(partners);
    }

    /** The domain's first label. */
    public String label() {
        return labels.get(0);
    }
}
