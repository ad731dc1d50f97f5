// SPDX-License-Identifier: Apache-2.0
// A client and a server over Java's JSSE; plumbing.h says how it is used. JSSE does not tell whether a
// session was resumed. In TLS 1.3 its startHandshake() on an open connection is a KeyUpdate.

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.TrustManagerFactory;

public final class JavaPeer {
  private static final Map<String, String> options = new HashMap<>();
  private static boolean isServer;

  public static void main(String[] words) throws Exception {
    isServer = words[0].equals("server");
    for (String word : Arrays.asList(words).subList(1, words.length)) {
      int equals = word.indexOf('=');
      options.put(word.substring(0, equals), word.substring(equals + 1));
    }
    chooseGroups();
    SSLContext context = newContext();
    int port = Integer.parseInt(options.get("port"));
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    if (isServer) {
      SSLServerSocket listener =
          (SSLServerSocket) context.getServerSocketFactory().createServerSocket(port, 8, loopback);
      System.out.println("listening");
      for (;;) {
        try (SSLSocket socket = (SSLSocket) listener.accept()) {
          serve(socket);
        } catch (IOException e) {
          System.out.println("failed: " + e);
        }
      }
    }
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (boolean again = true; again; ) {
      try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(loopback, port)) {
        again = talk(socket, lines);
      } catch (IOException e) {
        System.out.println("failed: " + e);
        System.exit(1);
      }
    }
  }

  // JSSE brings a share for the first group of each kind: a client that is to be asked for another
  // group prefers two that Merlon has not.
  private static void chooseGroups() {
    String groups = options.get("groups");
    if (groups == null) return;
    groups = groups.replace("X25519", "x25519").replace("P-256", "secp256r1");
    System.setProperty("jdk.tls.namedGroups", (isServer ? "" : "x448,secp521r1,") + groups);
  }

  private static List<Certificate> certificates(String file) throws Exception {
    byte[] pem = Files.readAllBytes(Path.of(file));
    return List.copyOf(
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(pem)));
  }

  private static SSLContext newContext() throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    if (options.containsKey("cert")) {
      String pem = Files.readString(Path.of(options.get("key")));
      byte[] der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]*-----", ""));
      Certificate[] chain = certificates(options.get("cert")).toArray(new Certificate[0]);
      KeyFactory factory = KeyFactory.getInstance(chain[0].getPublicKey().getAlgorithm());
      store.setKeyEntry(
          "own", factory.generatePrivate(new PKCS8EncodedKeySpec(der)), new char[0], chain);
    }
    keys.init(store, new char[0]);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    if (options.containsKey("ca")) {
      KeyStore anchors = KeyStore.getInstance("PKCS12");
      anchors.load(null, null);
      anchors.setCertificateEntry("ca", certificates(options.get("ca")).get(0));
      trust.init(anchors);
    } else {
      trust.init((KeyStore) null);
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static void handshake(SSLSocket socket) throws IOException {
    SSLParameters parameters = socket.getSSLParameters();
    boolean is13 = options.get("version").equals("tls13");
    parameters.setProtocols(new String[] {is13 ? "TLSv1.3" : "TLSv1.2"});
    if (options.containsKey("alpn")) {
      parameters.setApplicationProtocols(new String[] {options.get("alpn")});
    }
    if (isServer) {
      parameters.setNeedClientAuth(options.containsKey("ca"));
    } else {
      parameters.setServerNames(List.of(new SNIHostName("localhost")));
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    socket.setSSLParameters(parameters);
    socket.setTcpNoDelay(true);
    socket.startHandshake();
    System.out.println(
        "connected to Java; resumed=? alpn="
            + socket.getApplicationProtocol()
            + " version="
            + socket.getSession().getProtocol()
            + " suite="
            + socket.getSession().getCipherSuite());
  }

  // Empty: the peer has closed.
  private static String read(SSLSocket socket) throws IOException {
    byte[] data = new byte[8192];
    int n = socket.getInputStream().read(data);
    if (n < 0) System.out.println("closed");
    return n < 0 ? "" : new String(data, 0, n, StandardCharsets.UTF_8);
  }

  private static void write(SSLSocket socket, String data) throws IOException {
    socket.getOutputStream().write(data.getBytes(StandardCharsets.UTF_8));
  }

  private static void serve(SSLSocket socket) throws IOException {
    handshake(socket);
    for (;;) {
      String data = read(socket);
      if (data.isEmpty() || data.startsWith("?close")) return;
      if (data.startsWith("?update")) socket.startHandshake();
      write(socket, data);
    }
  }

  // What the lines of stdin say; whether another connection is wanted.
  private static boolean talk(SSLSocket socket, BufferedReader lines) throws IOException {
    handshake(socket);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.equals("!again")) return true;
      if (line.equals("!update")) {
        socket.startHandshake();
        continue;
      }
      write(socket, line + "\n");
      String data = read(socket);
      if (data.isEmpty()) return false;
      System.out.print("got " + data);
      System.out.flush();
    }
    socket.shutdownOutput();
    if (socket.getInputStream().read() >= 0) throw new IOException("data after close");
    return false;
  }
}
