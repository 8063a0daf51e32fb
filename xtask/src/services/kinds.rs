//! The servers, with the way to start each.

use super::Service;
use super::install::Python;
use super::process::{Server, folder, free_port, server};
use crate::shell::output;
use anyhow::{Context, Result};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The longest time that a server that is ready takes to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// Starts Redis. A write is on disk before it is acknowledged.
pub(super) fn redis() -> Result<Service> {
    let (folder, port) = (folder("redis")?, free_port()?);
    let program = Path::new("redis-server");
    let mut command = server(program, None);
    command.args(["--bind", "127.0.0.1", "--port", &port.to_string()]);
    command.args([
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        "--save",
        "",
    ]);
    command.arg("--dir").arg(folder.path());
    let server = Server::start(folder, &mut command, || answers(port, "PING\r\n", "+PONG"))?;
    Ok(Service {
        name: "Redis",
        version: version(program)?,
        variable: "CAPWIRE_REDIS_URL",
        address: format!("redis://127.0.0.1:{port}/"),
        _server: server,
    })
}

/// Starts PostgreSQL as another user if this one is root, as whom PostgreSQL refuses to run. The
/// role `capwire` owns the database `capwire`; the superuser is `postgres`.
pub(super) fn postgres() -> Result<Service> {
    let (folder, port) = (folder("postgres")?, free_port()?);
    let programs = postgres_programs()?;
    let user = (id(&["-u"])? == 0).then_some("postgres");
    if let Some(user) = user {
        chown(
            folder.path(),
            Some(id(&["-u", user])?),
            Some(id(&["-g", user])?),
        )
        .with_context(|| format!("cannot give a folder to `{user}`"))?;
    }
    let data = folder.path().join("data");
    let mut create = server(&programs.join("initdb"), user);
    create.args(["--auth=trust", "--username=postgres", "--encoding=UTF8"]);
    create
        .args(["--locale=C", "--no-sync", "--pgdata"])
        .arg(&data);
    output(&mut create)?;
    let program = programs.join("postgres");
    let mut command = server(&program, user);
    command.arg("-D").arg(&data).arg("-k").arg(folder.path());
    command.args(["-h", "127.0.0.1", "-p", &port.to_string()]);
    let is_ready = || {
        let mut ready = Command::new(programs.join("pg_isready"));
        ready.args(["-h", "127.0.0.1", "-p", &port.to_string()]);
        ready.stdout(Stdio::null());
        ready.status().is_ok_and(|status| status.success())
    };
    let server = Server::start(folder, &mut command, is_ready)?;
    create_role(&programs, port)?;
    Ok(Service {
        name: "PostgreSQL",
        version: version(&program)?,
        variable: "CAPWIRE_POSTGRES_URL",
        address: format!("postgres://capwire@127.0.0.1:{port}/capwire?sslmode=disable"),
        _server: server,
    })
}

/// Creates a role for actors, because providers refuse a superuser, and its database.
fn create_role(programs: &Path, port: u16) -> Result<()> {
    let mut client = Command::new(programs.join("psql"));
    client.args(["-h", "127.0.0.1", "-p", &port.to_string()]);
    client.args(["-U", "postgres", "--quiet"]);
    client.args(["-c", "CREATE ROLE capwire LOGIN"]);
    client.args(["-c", "CREATE DATABASE capwire OWNER capwire"]);
    output(&mut client).map(drop)
}

/// Starts NATS with JetStream.
pub(super) fn nats(python: &Python) -> Result<Service> {
    let (folder, port) = (folder("nats")?, free_port()?);
    let program = python.folder.join("bin/nats-server");
    let mut command = server(&program, None);
    command.args(["--addr", "127.0.0.1", "--port", &port.to_string()]);
    command
        .arg("--jetstream")
        .arg("--store_dir")
        .arg(folder.path());
    let server = Server::start(folder, &mut command, || answers(port, "", "INFO "))?;
    Ok(Service {
        name: "NATS",
        version: version(&program)?,
        variable: "CAPWIRE_NATS_URL",
        address: format!("nats://127.0.0.1:{port}"),
        _server: server,
    })
}

/// Starts moto, which stands in for S3 and DynamoDB at one address.
pub(super) fn moto(python: &Python) -> Result<Service> {
    let (folder, port) = (folder("moto")?, free_port()?);
    let mut command = server(Path::new("python3"), None);
    command.args([
        "-m",
        "moto.server",
        "-H",
        "127.0.0.1",
        "-p",
        &port.to_string(),
    ]);
    command.env("PYTHONPATH", &python.folder);
    let question = "GET / HTTP/1.0\r\n\r\n";
    let server = Server::start(folder, &mut command, || answers(port, question, "HTTP/1."))?;
    let mut asked = Command::new("python3");
    asked.args(["-c", "import moto; print('moto', moto.__version__)"]);
    asked.env("PYTHONPATH", &python.folder);
    Ok(Service {
        name: "S3 and DynamoDB by",
        version: output(&mut asked)?.trim().to_owned(),
        variable: "CAPWIRE_AWS_URL",
        address: format!("http://127.0.0.1:{port}"),
        _server: server,
    })
}

/// Returns true if what listens at `port` answers `question` with text that begins with `answer`.
fn answers(port: u16, question: &str, answer: &str) -> bool {
    let ask = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream.write_all(question.as_bytes())?;
        let mut said = vec![0; answer.len()];
        stream.read_exact(&mut said)?;
        Ok(said)
    };
    ask().is_ok_and(|said| said == answer.as_bytes())
}

/// Returns the version that a program tells.
fn version(program: &Path) -> Result<String> {
    let told = output(Command::new(program).arg("--version"))?;
    let words = told
        .split_whitespace()
        .map(|word| word.trim_start_matches("v="));
    let is_number = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit());
    let word = |word: &str| word.trim_start_matches('v').to_owned();
    Ok(words
        .map(word)
        .find(|word| is_number(&word.as_str()))
        .unwrap_or_default())
}

/// Returns the folder of PostgreSQL's programs: Debian keeps each version in a folder of its own.
fn postgres_programs() -> Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let folders = versions.map(|version| version.path().join("bin"));
    let newest = folders
        .filter(|folder| folder.join("initdb").exists())
        .max();
    newest.context("there is no `initdb` in /usr/lib/postgresql: install PostgreSQL")
}

/// Returns the number that `id` prints.
fn id(arguments: &[&str]) -> Result<u32> {
    let printed = output(Command::new("id").args(arguments))?;
    printed
        .trim()
        .parse()
        .with_context(|| format!("`id` printed {printed:?}"))
}
