//! A name server on loopback, and a resolver that asks it.

use async_trait::async_trait;
use capwire_http_client::Resolve;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::UdpSocket;

const A: u16 = 1;
const AAAA: u16 = 28;

/// Returns the addresses of a name, when it is asked for the `count`th time.
type Zone = fn(name: &str, count: usize) -> Vec<IpAddr>;

/// A resolver that asks a name server on loopback each time.
pub(crate) struct NameServer {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl NameServer {
    pub(crate) async fn start(zone: Zone) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        tokio::spawn(async move {
            let mut packet = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut packet).await {
                let (name, kind) = question(&packet[..length]);
                if kind == A {
                    counted.fetch_add(1, Ordering::SeqCst);
                }
                let found = zone(&name, counted.load(Ordering::SeqCst));
                let answer = answer(&packet[..length], kind, &found);
                socket.send_to(&answer, from).await.unwrap();
            }
        });
        Self { address, asked }
    }

    /// Returns the number of look-ups.
    pub(crate) fn asked(&self) -> Arc<AtomicUsize> {
        self.asked.clone()
    }
}

#[async_trait]
impl Resolve for NameServer {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        socket.connect(self.address).await?;
        let mut found = Vec::new();
        for kind in [A, AAAA] {
            socket.send(&query(host, kind)).await?;
            let mut packet = [0; 512];
            let length = socket.recv(&mut packet).await?;
            found.extend(addresses(&packet[..length]));
        }
        Ok(found)
    }
}

/// Returns a question (RFC 1035, section 4).
fn query(name: &str, kind: u16) -> Vec<u8> {
    let mut packet = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        packet.push(u8::try_from(label.len()).unwrap());
        packet.extend(label.as_bytes());
    }
    packet.push(0);
    packet.extend(kind.to_be_bytes());
    packet.extend([0, 1]);
    packet
}

/// Returns the name and the kind of a question, without its end.
fn question(packet: &[u8]) -> (String, u16) {
    let mut labels = Vec::new();
    let mut rest = &packet[12..];
    while rest[0] > 0 {
        let (label, after) = rest[1..].split_at(rest[0].into());
        labels.push(String::from_utf8(label.to_vec()).unwrap());
        rest = after;
    }
    (labels.join("."), u16::from_be_bytes([rest[1], rest[2]]))
}

/// Returns the answer to a question, which each record refers to by a pointer to its name.
fn answer(question: &[u8], kind: u16, found: &[IpAddr]) -> Vec<u8> {
    let of_kind = |address: &&IpAddr| address.is_ipv4() == (kind == A);
    let found: Vec<&IpAddr> = found.iter().filter(of_kind).collect();
    let mut packet = question.to_vec();
    packet[2] |= 0x80;
    packet[7] = u8::try_from(found.len()).unwrap();
    for address in found {
        packet.extend([0xc0, 12]);
        packet.extend(kind.to_be_bytes());
        packet.extend([0, 1, 0, 0, 0, 0]);
        match address {
            IpAddr::V4(address) => {
                packet.extend([0, 4]);
                packet.extend(address.octets());
            }
            IpAddr::V6(address) => {
                packet.extend([0, 16]);
                packet.extend(address.octets());
            }
        }
    }
    packet
}

fn addresses(packet: &[u8]) -> Vec<IpAddr> {
    let end = packet[12..].iter().position(|byte| *byte == 0).unwrap();
    let mut rest = &packet[12 + end + 5..];
    let mut found = Vec::new();
    for _ in 0..packet[7] {
        let (bytes, after) = rest[12..].split_at(rest[11].into());
        found.push(match <[u8; 4]>::try_from(bytes) {
            Ok(bytes) => IpAddr::from(bytes),
            Err(_) => IpAddr::from(<[u8; 16]>::try_from(bytes).unwrap()),
        });
        rest = after;
    }
    found
}
