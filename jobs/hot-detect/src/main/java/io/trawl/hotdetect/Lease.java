package io.trawl.hotdetect;

import io.trawl.base.JobFailure;
import io.trawl.base.LogSource;
import io.trawl.base.Settings;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.Participant;
import org.apache.curator.retry.RetryForever;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to be the one hot job of a source: an ephemeral node in HBase's ZooKeeper, which a dead driver loses when its
 * session ends. Who comes second waits; who comes with {@code take over} has the holder end.
 */
final class Lease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);
    private static final String TAKE_OVER = "take-over ";
    /** A connection that takes no longer is not worth a word. */
    private static final Duration CONNECTING = Duration.ofSeconds(5);

    private static final Duration LOOK = Duration.ofMillis(500);

    private final CuratorFramework zooKeeper;
    private final LeaderLatch latch;
    private final String id;
    private final long begun;
    private final String where;

    Lease(Settings settings, LogSource source, String runId, boolean takeOver) {
        List<String> hosts = new ArrayList<>();
        settings.list("hbase.quorum").forEach(host -> hosts.add(host + ":" + settings.number("hbase.port")));
        where = String.join(",", hosts);
        begun = System.currentTimeMillis();
        id = (takeOver ? TAKE_OVER + begun + " " : "") + runId;
        zooKeeper = CuratorFrameworkFactory.builder()
                .connectString(where)
                .sessionTimeoutMs((int) settings.duration("hot.lease").toMillis())
                .connectionTimeoutMs(5_000)
                .retryPolicy(new RetryForever(1_000))
                .build();
        latch = new LeaderLatch(zooKeeper, "/trawl/hot-detect/" + source.name(), id);
    }

    /**
     * Waits until this driver holds it.
     *
     * @param away told, again and again, what is waited for while ZooKeeper does not answer
     */
    void acquire(Stop stop, Consumer<String> away) {
        zooKeeper.start();
        try {
            latch.start();
        } catch (Exception e) {
            throw new JobFailure("the lease at ZooKeeper " + where + " cannot be asked for: " + e.getMessage(), e);
        }
        String said = "";
        Instant patience = Instant.now().plus(CONNECTING);
        while (!latch.hasLeadership()) {
            boolean connected = zooKeeper.getZookeeperClient().isConnected();
            String text = connected
                    ? "waiting for the lease" + holder()
                    : "ZooKeeper " + where + " does not answer: is HBase up? (settings hbase.quorum, hbase.port)";
            if (connected) {
                patience = Instant.now().plus(CONNECTING);
            } else if (patience.isBefore(Instant.now())) {
                away.accept(text);
            }
            if (!text.equals(said) && (connected || patience.isBefore(Instant.now()))) {
                LOG.warn(text);
                said = text;
            }
            stop.pause(LOOK);
        }
        LOG.warn("holds the lease");
    }

    private String holder() {
        String leader = leader();
        return leader.isEmpty() ? "" : ", which " + run(leader) + " holds";
    }

    /** Id of the participant that holds it; empty if that is not known. */
    private String leader() {
        try {
            return latch.getLeader().getId();
        } catch (Exception e) {
            return "";
        }
    }

    /** The run id in the id of a participant. */
    private static String run(String participant) {
        return participant.substring(participant.lastIndexOf(' ') + 1);
    }

    /** Whether nobody is known to hold it in this one's place. */
    boolean unchallenged() {
        return latch.hasLeadership() || !zooKeeper.getZookeeperClient().isConnected();
    }

    /**
     * Waits until it is held again, where ZooKeeper was away.
     *
     * @throws FatalFailure another driver has it
     */
    void awaitHeld(Stop stop, Consumer<String> waiting) {
        while (!latch.hasLeadership()) {
            String leader = zooKeeper.getZookeeperClient().isConnected() ? leader() : "";
            if (!leader.isEmpty() && !leader.equals(id)) {
                throw new FatalFailure("the lease was lost to run " + run(leader), null);
            }
            waiting.accept("ZooKeeper " + where + ", which has the lease, does not answer: is HBase up?");
            stop.pause(LOOK);
        }
    }

    /** The newer driver that wants this one to end; null if there is none. */
    @Nullable
    String successor() {
        if (!latch.hasLeadership()) {
            return null;
        }
        try {
            for (Participant one : latch.getParticipants()) {
                if (one.getId().startsWith(TAKE_OVER) && isNewer(one.getId())) {
                    return run(one.getId());
                }
            }
        } catch (Exception e) {
            LOG.debug("who waits for the lease is not known: {}", e.getMessage());
        }
        return null;
    }

    /** A driver that began before this one, and has only now come back, takes nothing over. */
    private boolean isNewer(String participant) {
        String[] words = participant.split(" ");
        return words.length == 3 && Long.parseLong(words[1]) > begun;
    }

    @Override
    public void close() throws IOException {
        try {
            if (latch.getState() == LeaderLatch.State.STARTED) {
                latch.close();
            }
        } finally {
            zooKeeper.close();
        }
    }
}
