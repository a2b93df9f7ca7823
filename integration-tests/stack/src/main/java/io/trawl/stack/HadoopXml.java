package io.trawl.stack;

import java.nio.file.Path;
import java.util.Map;

/** Writes a settings file as Hadoop and HBase read it. */
final class HadoopXml {
    private HadoopXml() {}

    static void write(Path file, Map<String, String> properties) {
        StringBuilder text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<configuration>\n");
        properties.forEach((name, value) -> text.append("  <property><name>")
                .append(escaped(name))
                .append("</name><value>")
                .append(escaped(value))
                .append("</value></property>\n"));
        Site.write(file, text.append("</configuration>\n").toString());
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
