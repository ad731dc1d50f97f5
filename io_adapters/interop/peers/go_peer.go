// SPDX-License-Identifier: Apache-2.0

// A client and a server over Go's crypto/tls; plumbing.h says how it is used. crypto/tls answers
// KeyUpdate, and has no call that begins one.

// Without a go.mod it would have the settings of Go 1.20.
//
//go:debug tlsmlkem=1
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
)

func must(err error) {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func configure(options map[string]string) *tls.Config {
	config := &tls.Config{ServerName: "localhost", ClientSessionCache: tls.NewLRUClientSessionCache(4)}
	version := map[string]uint16{"tls13": tls.VersionTLS13, "tls12": tls.VersionTLS12}[options["version"]]
	config.MinVersion, config.MaxVersion = version, version
	if file := options["ca"]; file != "" {
		pem, err := os.ReadFile(file)
		must(err)
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(pem)
		config.ClientCAs, config.ClientAuth = config.RootCAs, tls.RequireAndVerifyClientCert
	}
	if options["cert"] != "" {
		pair, err := tls.LoadX509KeyPair(options["cert"], options["key"])
		must(err)
		config.Certificates = []tls.Certificate{pair}
	}
	if options["alpn"] != "" {
		config.NextProtos = []string{options["alpn"]}
	}
	if options["groups"] != "" {
		for _, name := range strings.Split(options["groups"], ",") {
			curve := tls.X25519
			if name == "P-256" {
				curve = tls.CurveP256
			} else if name == "X25519MLKEM768" {
				curve = 4588 // X25519MLKEM768, for which Debian's Go has no name
			}
			config.CurvePreferences = append(config.CurvePreferences, curve)
		}
	}
	return config
}

func handshake(connection *tls.Conn) bool {
	if err := connection.Handshake(); err != nil {
		fmt.Println("failed: handshake:", err)
		return false
	}
	state := connection.ConnectionState()
	fmt.Printf("connected to Go; resumed=%s alpn=%s version=%x suite=%s\n", yes(state.DidResume),
		state.NegotiatedProtocol, state.Version, tls.CipherSuiteName(state.CipherSuite))
	return true
}

// Whether a connection has failed, which was said then.
var failed = false

// What has come; nothing: the peer has closed, or it failed.
func read(connection *tls.Conn) []byte {
	data := make([]byte, 8192)
	n, err := connection.Read(data)
	if n > 0 {
		return data[:n]
	}
	if err == io.EOF {
		fmt.Println("closed")
	} else {
		fmt.Println("failed: read:", err)
		failed = true
	}
	return nil
}

func serve(connection *tls.Conn) {
	defer connection.Close()
	if !handshake(connection) {
		return
	}
	for {
		data := read(connection)
		if data == nil || strings.HasPrefix(string(data), "?close") {
			return
		}
		if _, err := connection.Write(data); err != nil {
			fmt.Println("failed: write:", err)
			return
		}
	}
}

// What the lines of stdin say; whether another connection is wanted.
func talk(connection *tls.Conn, lines *bufio.Scanner) bool {
	defer connection.Close()
	if !handshake(connection) {
		os.Exit(1)
	}
	again := false
	for !again && lines.Scan() {
		if lines.Text() == "!again" {
			again = true
			continue
		}
		_, err := connection.Write([]byte(lines.Text() + "\n"))
		must(err)
		data := read(connection)
		if data == nil {
			return false
		}
		fmt.Printf("got %s", data)
	}
	must(connection.CloseWrite())
	if rest, err := io.ReadAll(connection); err != nil || len(rest) != 0 {
		fmt.Println("failed: close:", err, len(rest))
		os.Exit(1)
	}
	return again
}

func main() {
	options := map[string]string{}
	for _, word := range os.Args[2:] {
		name, value, _ := strings.Cut(word, "=")
		options[name] = value
	}
	config := configure(options)
	address := "127.0.0.1:" + options["port"]
	if os.Args[1] == "server" {
		listener, err := tls.Listen("tcp", address, config)
		must(err)
		fmt.Println("listening")
		for {
			connection, err := listener.Accept()
			must(err)
			serve(connection.(*tls.Conn))
		}
	}
	lines := bufio.NewScanner(os.Stdin)
	for again := true; again; {
		socket, err := net.Dial("tcp", address)
		must(err)
		again = talk(tls.Client(socket, config), lines)
	}
	if failed {
		os.Exit(1)
	}
}
