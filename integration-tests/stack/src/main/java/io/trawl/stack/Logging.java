package io.trawl.stack;

import java.nio.file.Path;

/** The servers' logging: everything to standard output, which the stack keeps in logs/NAME.log. */
final class Logging {
    private Logging() {}

    /** log4j.properties, for Kafka, Hadoop and HBase. */
    static void log4j1(Path folder, String more) {
        Site.write(folder.resolve("log4j.properties"), """
                log4j.rootLogger=INFO, out
                log4j.appender.out=org.apache.log4j.ConsoleAppender
                log4j.appender.out.layout=org.apache.log4j.PatternLayout
                log4j.appender.out.layout.ConversionPattern=%d{ISO8601} %p %c{2}: %m%n
                """ + more);
    }

    /** log4j2.properties, for Flume and Spark. */
    static void log4j2(Path folder, String level, String more) {
        Site.write(folder.resolve("log4j2.properties"), """
                rootLogger.level = LEVEL
                rootLogger.appenderRef.out.ref = out
                appender.out.type = Console
                appender.out.name = out
                appender.out.target = SYSTEM_ERR
                appender.out.layout.type = PatternLayout
                appender.out.layout.pattern = %d{yyyy-MM-dd HH:mm:ss.SSS} %p %c{1}: %m%n
                """.replace("LEVEL", level) + more);
    }

    /** A value of a properties file. */
    static String escaped(String value) {
        return value.replace("\\", "\\\\");
    }
}
