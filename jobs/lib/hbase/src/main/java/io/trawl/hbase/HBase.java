package io.trawl.hbase;

import io.trawl.base.JobFailure;
import io.trawl.base.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hbase.ClusterMetrics;
import org.apache.hadoop.hbase.HBaseConfiguration;
import org.apache.hadoop.hbase.TableExistsException;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.Admin;
import org.apache.hadoop.hbase.client.ColumnFamilyDescriptor;
import org.apache.hadoop.hbase.client.ColumnFamilyDescriptorBuilder;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.ConnectionFactory;
import org.apache.hadoop.hbase.client.TableDescriptor;
import org.apache.hadoop.hbase.client.TableDescriptorBuilder;
import org.apache.hadoop.hbase.client.security.SecurityCapability;
import org.apache.hadoop.hbase.io.compress.Compression;
import org.apache.hadoop.hbase.io.encoding.DataBlockEncoding;
import org.apache.hadoop.hbase.security.access.Permission;
import org.jspecify.annotations.Nullable;

/** HBase as Trawl uses it: one connection a process, tables that are created where they are missing. */
public final class HBase {
    /** The column family of what is found by scans. */
    public static final byte[] FAMILY = {'d'};
    /** That of the clients of a popular observable: what is scanned must not be in one file with them. */
    static final byte[] CLIENTS = {'c'};
    /** Property of a table: how many salts its row keys have. */
    private static final String SALTS = "trawl.salts";
    /** Property of a table: the version of its keys and cells. */
    private static final String KEYS = "trawl.keys";

    public static final String DETECTIONS = "detections";
    public static final String OBSERVABLES = "observables";

    /** How long a ZooKeeper that refuses is knocked at. */
    private static final Duration REACH = Duration.ofSeconds(20);

    private static final Map<String, Connection> CONNECTIONS = new ConcurrentHashMap<>();

    private HBase() {}

    /** Whether the settings name an HBase at all. */
    public static boolean isSet(Settings settings) {
        return !settings.list("hbase.quorum").isEmpty();
    }

    /** The process's connection to the HBase that the settings name; it lives as long as the process. */
    public static Connection connection(Settings settings) {
        String where = settings.text("hbase.quorum") + ":" + settings.text("hbase.port");
        return CONNECTIONS.computeIfAbsent(where, key -> {
            awaitZooKeeper(settings);
            Configuration conf = HBaseConfiguration.create();
            conf.set("hbase.zookeeper.quorum", settings.text("hbase.quorum"));
            conf.set("hbase.zookeeper.property.clientPort", settings.text("hbase.port"));
            // Minutes of retries, not tens of them: a region server that comes back is waited for, a wrong address is
            // not.
            conf.set("hbase.client.retries.number", "12");
            conf.set("hbase.client.operation.timeout", "90000");
            conf.set("hbase.client.meta.operation.timeout", "60000");
            conf.set("hbase.rpc.timeout", "20000");
            conf.set("zookeeper.recovery.retry", "2");
            settings.under("hbase.client.conf.").forEach(conf::set);
            try {
                return ConnectionFactory.createConnection(conf);
            } catch (IOException e) {
                throw unreachable(settings, e);
            }
        });
    }

    /** HBase's client waits minutes for a ZooKeeper that is not there; so it is knocked at first. */
    private static void awaitZooKeeper(Settings settings) {
        long until = System.nanoTime() + REACH.toNanos();
        IOException refused = null;
        do {
            for (String host : settings.list("hbase.quorum")) {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(host, settings.number("hbase.port")), 2_000);
                    return;
                } catch (IOException e) {
                    refused = e;
                }
            }
            LockSupport.parkNanos(500_000_000L);
        } while (System.nanoTime() < until);
        throw unreachable(settings, refused);
    }

    public static JobFailure unreachable(Settings settings, @Nullable Throwable cause) {
        return new JobFailure(
                "HBase at ZooKeeper " + settings.text("hbase.quorum") + ":" + settings.text("hbase.port")
                        + " does not answer: is it up? (settings hbase.quorum, hbase.port)",
                cause);
    }

    /** How many salts the row keys of a table have; the table is created, split by salt, where it is missing. */
    public static int salts(Settings settings, String table) {
        try (Admin admin = connection(settings).getAdmin()) {
            TableName name = TableName.valueOf(table);
            if (!admin.tableExists(name)) {
                int salts = settings.number("hbase.regions");
                TableDescriptorBuilder descriptor = TableDescriptorBuilder.newBuilder(name)
                        .setColumnFamily(family(settings, FAMILY))
                        .setValue(SALTS, String.valueOf(salts))
                        .setValue(KEYS, Keys.LAYOUT);
                if (table.equals(OBSERVABLES)) {
                    descriptor.setColumnFamily(family(settings, CLIENTS));
                }
                byte[][] splits = new byte[salts - 1][];
                for (int i = 1; i < salts; i++) {
                    splits[i - 1] = new byte[] {(byte) i};
                }
                try {
                    admin.createTable(descriptor.build(), splits);
                } catch (TableExistsException e) {
                    // Another job was first.
                }
            }
            TableDescriptor known = admin.getDescriptor(name);
            requireLayout(table, known.getValue(KEYS));
            return Integer.parseInt(known.getValue(SALTS));
        } catch (IOException e) {
            throw unreachable(settings, e);
        }
    }

    private static ColumnFamilyDescriptor family(Settings settings, byte[] family) {
        return ColumnFamilyDescriptorBuilder.newBuilder(family)
                .setMaxVersions(1)
                .setDataBlockEncoding(DataBlockEncoding.FAST_DIFF)
                .setCompressionType(Compression.Algorithm.valueOf(settings.text("hbase.compression", "NONE")))
                .build();
    }

    /** Rows of two kinds of keys in one table would each be found by half of the questions. */
    static void requireLayout(String table, @Nullable String layout) {
        if (!Keys.LAYOUT.equals(layout)) {
            throw new IllegalArgumentException(
                    "table " + table + " of HBase has keys of another version of Trawl (" + KEYS + " = "
                            + (layout == null ? "1" : layout) + ", expected " + Keys.LAYOUT
                            + "): disable and drop it, then load its windows again from the lake (docs/hbase.md)");
        }
    }

    /**
     * What there is of HBase.
     *
     * @param version its version
     * @param live names of the region servers that live
     * @param dead how many are dead
     * @param missing those of Trawl's tables that are to be created
     * @param older those that have keys of another version
     * @param mayCreate whether this user may create tables, as far as HBase judges that
     */
    public record Seen(
            String version, List<String> live, int dead, List<String> missing, List<String> older, boolean mayCreate) {}

    /** Looks at HBase, and changes nothing. */
    public static Seen look(Settings settings) {
        try (Admin admin = connection(settings).getAdmin()) {
            ClusterMetrics metrics = admin.getClusterMetrics(EnumSet.of(
                    ClusterMetrics.Option.HBASE_VERSION,
                    ClusterMetrics.Option.LIVE_SERVERS,
                    ClusterMetrics.Option.DEAD_SERVERS));
            List<String> missing = new ArrayList<>();
            List<String> older = new ArrayList<>();
            for (String table : List.of(DETECTIONS, OBSERVABLES)) {
                if (!admin.tableExists(TableName.valueOf(table))) {
                    missing.add(table);
                } else if (!Keys.LAYOUT.equals(
                        admin.getDescriptor(TableName.valueOf(table)).getValue(KEYS))) {
                    older.add(table);
                }
            }
            boolean judges = admin.getSecurityCapabilities().contains(SecurityCapability.AUTHORIZATION);
            Permission create = Permission.newBuilder()
                    .withActions(Permission.Action.CREATE)
                    .build();
            return new Seen(
                    String.valueOf(metrics.getHBaseVersion()),
                    metrics.getLiveServerMetrics().keySet().stream()
                            .map(server -> server.getAddress().toString())
                            .sorted()
                            .toList(),
                    metrics.getDeadServerNames().size(),
                    missing,
                    older,
                    !judges || admin.hasUserPermissions(List.of(create)).get(0));
        } catch (IOException e) {
            throw unreachable(settings, e);
        }
    }
}
