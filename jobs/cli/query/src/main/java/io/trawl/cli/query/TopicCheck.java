package io.trawl.cli.query;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import io.trawl.kafka.KafkaLines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Whether a source's topic is such that its windows can be proven. */
final class TopicCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(6);
    /** A line of 1 MiB, its headers, and room: what flume/README.md makes a topic with. */
    private static final long WANTED_BYTES = 2L << 20;

    private static final long LEAST_BYTES = (1L << 20) + (64 << 10);

    private TopicCheck() {}

    static List<Finding> of(Settings settings, String name) throws InterruptedException {
        LogSource source = settings.source(name);
        String topic = source.topic();
        String bootstrap = settings.text("kafka.bootstrap");
        Admin admin = KafkaLines.admin(settings, PATIENCE);
        try {
            TopicDescription described = Objects.requireNonNull(
                    admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            Config config = Objects.requireNonNull(
                    admin.describeConfigs(List.of(resource)).all().get().get(resource));
            return judged(settings, source, described.partitions().size(), config);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return List.of(Finding.fail(
                        "topic " + topic,
                        "does not exist at " + bootstrap,
                        "kafka-topics --create --topic " + topic + " --config message.timestamp.type=LogAppendTime"
                                + " --config max.message.bytes=" + WANTED_BYTES + ", or correct source." + name
                                + ".topic"));
            }
            throw new JobFailure("Kafka at " + bootstrap + " does not answer (setting kafka.bootstrap)", e);
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    /** What the topic's settings say. */
    static List<Finding> judged(Settings settings, LogSource source, int partitions, Config config) {
        String named = "topic " + source.topic();
        String alter = "kafka-configs --alter --entity-type topics --entity-name " + source.topic() + " --add-config ";
        List<Finding> findings = new ArrayList<>();
        String time = config.get("message.timestamp.type").value();
        if (!time.equals("LogAppendTime")) {
            findings.add(Finding.fail(
                    named,
                    "message.timestamp.type is " + time + ", but a window needs append time",
                    alter + "message.timestamp.type=LogAppendTime"));
        }
        String policy = config.get("cleanup.policy").value();
        if (policy.contains("compact")) {
            findings.add(Finding.fail(
                    named,
                    "cleanup.policy is " + policy + ": compaction deletes lines",
                    alter + "cleanup.policy=delete"));
        }
        long most = Long.parseLong(config.get("max.message.bytes").value());
        if (most < LEAST_BYTES) {
            findings.add(Finding.warn(
                    named,
                    "max.message.bytes is " + most + ": the broker refuses lines of 1 MiB, which Flume sends",
                    alter + "max.message.bytes=" + WANTED_BYTES));
        }
        long retention = Long.parseLong(config.get("retention.ms").value());
        Duration window = source.unit().plus(settings.duration("window.margin"));
        String kept = retention < 0 ? "for ever" : "for " + Duration.ofMillis(retention);
        if (retention >= 0 && retention < window.toMillis()) {
            findings.add(Finding.fail(
                    named,
                    "lines are kept " + kept + ", and a window with its margin takes " + window
                            + ": they are deleted before they are swept",
                    alter + "retention.ms=604800000"));
        } else if (retention >= 0 && retention < 24 * window.toMillis()) {
            findings.add(Finding.warn(
                    named, "lines are kept " + kept + ": a later sweep misses some", alter + "retention.ms=604800000"));
        }
        String bytes = config.get("retention.bytes").value();
        if (!bytes.equals("-1")) {
            findings.add(Finding.warn(
                    named,
                    "retention.bytes is " + bytes + ": a partition that grows faster loses lines before they are swept",
                    alter + "retention.bytes=-1, or see that it is more than a day's bytes of a partition"));
        }
        if (findings.isEmpty()) {
            findings.add(Finding.ok(
                    named,
                    partitions + " partitions, LogAppendTime, lines kept " + kept + ", messages of up to " + most
                            + " bytes"));
        }
        return findings;
    }
}
