// SPDX-License-Identifier: Apache-2.0
// A client and a server over dimpl, used as ../../peers/plumbing.h says. dimpl resumes nothing and
// leaves chains to its user: this one takes any whose key has signed. It updates its keys by itself,
// after about `update_after=N` records, and says so.
use std::collections::HashMap;
use std::io::BufRead;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use dimpl::{Config, Dtls, DtlsCertificate, NamedGroup, Output};

struct SayKeyUpdates;
impl log::Log for SayKeyUpdates {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        metadata.level() <= log::Level::Debug
    }
    fn log(&self, record: &log::Record) {
        let text = record.args().to_string();
        if text.contains("keys updated") {
            println!("{text}");
        }
    }
    fn flush(&self) {}
}

// The DER of the first block of a PEM file.
fn der(path: &str) -> Vec<u8> {
    let text = std::fs::read_to_string(path).expect(path);
    let lines = text
        .lines()
        .skip_while(|line| !line.starts_with("-----BEGIN"))
        .skip(1);
    let mut out = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for c in lines
        .take_while(|line| !line.starts_with("-----END"))
        .flat_map(str::bytes)
    {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}

struct Peer {
    options: HashMap<String, String>,
    config: Arc<Config>,
}

impl Peer {
    fn new(options: HashMap<String, String>) -> Peer {
        // Its default patience, a second, would let a lost datagram pass for a slow machine.
        let mut builder = Config::builder()
            .require_client_certificate(options.contains_key("ca"))
            .flight_start_rto(Duration::from_millis(500))
            .use_server_cookie(options.contains_key("cookie"));
        if let Some(groups) = options.get("groups") {
            let groups: Vec<NamedGroup> = groups
                .split(',')
                .map(|name| {
                    if name == "P-256" {
                        NamedGroup::Secp256r1
                    } else {
                        NamedGroup::X25519
                    }
                })
                .collect();
            builder = builder.kx_groups(&groups);
        }
        if let Some(mtu) = options.get("mtu") {
            builder = builder.mtu(mtu.parse().expect("mtu="));
        }
        if let Some(limit) = options.get("update_after") {
            builder = builder.aead_encryption_limit(limit.parse().expect("update_after="));
        }
        let config = Arc::new(builder.build().expect("configuration"));
        Peer { options, config }
    }
    fn option(&self, name: &str) -> &str {
        self.options.get(name).map(String::as_str).unwrap_or("")
    }
    fn connection(&self, active: bool) -> Dtls {
        let certificate = DtlsCertificate {
            certificate: der(self.option("cert")),
            private_key: der(self.option("key")),
        };
        let mut dtls = match self.option("version") {
            "dtls13" => Dtls::new_13(self.config.clone(), certificate, Instant::now()),
            "dtls12" => Dtls::new_12(self.config.clone(), certificate, Instant::now()),
            other => panic!("version={other}"),
        };
        dtls.set_active(active);
        dtls
    }
}

enum Happened {
    Connected,
    Data(Vec<u8>),
    Closed,
}

struct Conversation {
    dtls: Dtls,
    socket: UdpSocket,
    happened: std::collections::VecDeque<Happened>,
}

impl Conversation {
    // Sends what is due; gives the time of the next timer.
    fn drain(&mut self) -> Instant {
        let mut buffer = vec![0u8; 4096];
        loop {
            match self.dtls.poll_output(&mut buffer) {
                Output::Packet(datagram) => drop(self.socket.send(datagram)),
                Output::BufferTooSmall { needed } => buffer.resize(needed, 0),
                Output::Timeout(at) => return at,
                Output::Connected => self.happened.push_back(Happened::Connected),
                Output::ApplicationData(data) => {
                    self.happened.push_back(Happened::Data(data.to_vec()))
                }
                Output::CloseNotify => self.happened.push_back(Happened::Closed),
                _ => {}
            }
        }
    }
    // Sends what is due, waits for a datagram or a timer, and at most that long.
    fn step(&mut self, limit: Duration) -> Result<(), String> {
        let mut datagram = vec![0u8; 65536];
        let at = self.drain();
        if !self.happened.is_empty() {
            return Ok(());
        }
        let timer = at.saturating_duration_since(Instant::now());
        let patience = timer.min(limit).max(Duration::from_millis(1));
        self.socket
            .set_read_timeout(Some(patience))
            .expect("socket");
        let received = self.socket.recv(&mut datagram);
        self.dtls
            .handle_timeout(Instant::now())
            .map_err(|e| e.to_string())?;
        if let Ok(size) = received {
            self.dtls
                .handle_packet(&datagram[..size])
                .map_err(|e| e.to_string())?;
        }
        self.drain();
        Ok(())
    }
    fn next(&mut self) -> Result<Happened, String> {
        loop {
            if let Some(happened) = self.happened.pop_front() {
                return Ok(happened);
            }
            self.step(Duration::from_secs(1))?;
        }
    }
    fn handshake(&mut self) -> Result<(), String> {
        self.dtls
            .handle_timeout(Instant::now())
            .map_err(|e| e.to_string())?;
        match self.next()? {
            Happened::Connected => {
                println!(
                    "connected to dimpl; resumed=no alpn= {:?}",
                    self.dtls.protocol_version()
                );
                Ok(())
            }
            _ => Err("data before the handshake".to_string()),
        }
    }
    // Nothing: the peer has closed.
    fn read(&mut self) -> Result<Option<Vec<u8>>, String> {
        match self.next()? {
            Happened::Data(data) => Ok(Some(data)),
            Happened::Closed => {
                println!("closed");
                Ok(None)
            }
            Happened::Connected => Err("connected twice".to_string()),
        }
    }
    fn write(&mut self, data: &[u8]) -> Result<(), String> {
        self.dtls
            .send_application_data(data)
            .map_err(|e| e.to_string())?;
        self.drain();
        Ok(())
    }
    fn close(&mut self) -> Result<(), String> {
        self.dtls.close().map_err(|e| e.to_string())?;
        self.drain();
        Ok(())
    }
}

fn serve(peer: &mut Conversation) -> Result<(), String> {
    peer.handshake()?;
    while let Some(data) = peer.read()? {
        if data.starts_with(b"?close") {
            break;
        }
        peer.write(&data)?;
    }
    peer.close()
}

fn talk(peer: &mut Conversation) -> Result<(), String> {
    peer.handshake()?;
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line + "\n").is_err() {
                break;
            }
        }
    });
    loop {
        match lines.try_recv() {
            Err(mpsc::TryRecvError::Empty) => peer.step(Duration::from_millis(10))?,
            Err(mpsc::TryRecvError::Disconnected) => break,
            Ok(line) => {
                peer.write(line.as_bytes())?;
                match peer.read()? {
                    Some(data) => print!("got {}", String::from_utf8_lossy(&data)),
                    None => break,
                }
            }
        }
    }
    peer.close()
}

fn main() {
    log::set_logger(&SayKeyUpdates).expect("logger");
    log::set_max_level(log::LevelFilter::Debug);
    let words: Vec<String> = std::env::args().skip(1).collect();
    let options = words[1..].iter().filter_map(|word| word.split_once('='));
    let peer = Peer::new(
        options
            .map(|(k, v)| (k.to_string(), v.to_string()))
            .collect(),
    );
    let at: SocketAddr = format!("127.0.0.1:{}", peer.option("port"))
        .parse()
        .expect("port=");
    let is_server = words[0] == "server";
    let socket = if is_server {
        UdpSocket::bind(at)
    } else {
        UdpSocket::bind("127.0.0.1:0")
    };
    let socket = socket.expect("socket");
    if is_server {
        println!("listening");
        let (_, from) = socket.peek_from(&mut [0u8; 65536]).expect("datagram");
        socket.connect(from).expect("connect");
    } else {
        socket.connect(at).expect("connect");
    }
    let dtls = peer.connection(!is_server);
    let mut conversation = Conversation {
        dtls,
        socket,
        happened: Default::default(),
    };
    let done = if is_server {
        serve(&mut conversation)
    } else {
        talk(&mut conversation)
    };
    if let Err(why) = done {
        println!("failed: {why}");
        std::process::exit(1);
    }
}
