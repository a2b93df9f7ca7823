package io.trawl.stack;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a process of HBase something by its RPC, without HBase's client: a method that takes nothing. The bytes are those
 * of hbase-protocol's RPC.proto: preamble, ConnectionHeader, then a frame of RequestHeader and an empty request.
 */
final class HBaseCall {
    private static final byte[] PREAMBLE = {'H', 'B', 'a', 's', 0, 80};
    private static final int LARGEST = 1 << 20;
    private static final Pattern EXCEPTION = Pattern.compile("org\\.apache\\.hadoop\\.[\\w.$]*\\.(\\w+Exception)");

    private HBaseCall() {}

    /** It answers; one that says that it has stopped or aborted is gone, though its process may live on. */
    static Probe answers(int port, String service, String method) {
        return child -> {
            String answer = ask(port, service, method);
            Matcher exception = EXCEPTION.matcher(answer);
            if (!exception.find()) {
                return Probe.SERVES;
            }
            String name = exception.group(1);
            return name.contains("Aborted") || name.contains("Stopped")
                    ? Probe.gone(method + " answers " + name)
                    : Probe.silent(method + " answers " + name);
        };
    }

    private static String ask(int port, String service, String method) throws IOException {
        try (Socket socket = Probe.connect(port)) {
            var out = new DataOutputStream(socket.getOutputStream());
            out.write(frames(service, method));
            out.flush();
            var in = new DataInputStream(socket.getInputStream());
            int length = in.readInt();
            if (length < 1 || length > LARGEST) {
                throw new IOException("port " + port + " does not answer as HBase does");
            }
            return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
        }
    }

    private static byte[] frames(String service, String method) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        out.write(PREAMBLE);
        byte[] user = text(1, System.getProperty("user.name"));
        byte[] header = join(field(1, user), text(2, service));
        out.writeInt(header.length);
        out.write(header);
        // call_id = 1, method_name, request_param = true; then the request, which has no field.
        byte[] request = join(new byte[] {0x08, 1}, text(3, method), new byte[] {0x20, 1});
        byte[] frame = join(length(request.length), request, length(0));
        out.writeInt(frame.length);
        out.write(frame);
        return bytes.toByteArray();
    }

    private static byte[] text(int number, String value) throws IOException {
        return field(number, value.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] field(int number, byte[] value) throws IOException {
        return join(new byte[] {(byte) (number << 3 | 2)}, length(value.length), value);
    }

    /** A base-128 number, as protobuf writes lengths. */
    private static byte[] length(int value) {
        var bytes = new ByteArrayOutputStream();
        int left = value;
        while (left > 0x7f) {
            bytes.write(left & 0x7f | 0x80);
            left >>>= 7;
        }
        bytes.write(left);
        return bytes.toByteArray();
    }

    private static byte[] join(byte[]... parts) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.write(part);
        }
        return bytes.toByteArray();
    }
}
