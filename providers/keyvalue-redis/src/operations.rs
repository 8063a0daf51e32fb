//! The fourteen operations: they convert a message to a command, and the server's answer to an answer.

use crate::answer;
use crate::refusal::Refusal;
use crate::scripts;
use crate::store::Store;
use bytes::Bytes;
use capwire_contracts::keyvalue::{
    self as kv, AddRequest, AddResponse, CountResponse, GetResponse, ItemRequest, KeyRequest,
    KeyResponse, KeysRequest, RangeRequest, SetRequest, SetResponse, ValuesResponse,
};
use capwire_provider::{Call, ProviderError};
use capwire_redis_common::{Failure, Outcome, Request, run};
use redis::{Cmd, Script, Value};

/// The largest message in bytes.
const MAX_MESSAGE: usize = 16 << 20;

/// The bytes by which each value of an answer counts more than its text.
const OVERHEAD: usize = 24;

/// The most members of sets that an operation examines. The server serves nobody else meanwhile, for about half a
/// second.
const MOST_STEPS: usize = 1_000_000;

/// The reasons of scripts that did nothing. See the scripts.
const NOT_A_NUMBER: i64 = 1;
const OVERFLOW: i64 = 2;
const TOO_LONG: i64 = 1;
const TOO_MUCH_WORK: i64 = 2;

/// The operations of one call.
pub(crate) struct Operations<'a> {
    store: &'a Store,
    call: Call<'a>,
}

impl<'a> Operations<'a> {
    pub(crate) fn new(store: &'a Store, call: Call<'a>) -> Self {
        Self { store, call }
    }

    pub(crate) async fn serve(self) -> Result<Bytes, ProviderError> {
        if self.call.payload.len() > MAX_MESSAGE {
            return Err(Failure::from(Refusal::MessageTooLong(MAX_MESSAGE)).into());
        }
        match self.call.operation {
            kv::OP_ADD => self.add().await,
            kv::OP_GET => self.get().await,
            kv::OP_SET => self.set().await,
            // Unlike `DEL`, it frees the memory of a large value without keeping others waiting.
            kv::OP_DEL | kv::OP_CLEAR => self.delete("UNLINK").await,
            kv::OP_RANGE => self.range().await,
            kv::OP_PUSH => self.count(redis::cmd("LPUSH"), None).await,
            kv::OP_LIST_ITEM_DELETE => self.count(redis::cmd("LREM"), Some(0)).await,
            kv::OP_SET_ADD => self.count(redis::cmd("SADD"), None).await,
            kv::OP_SET_REMOVE => self.count(redis::cmd("SREM"), None).await,
            kv::OP_SET_UNION => self.combine(&scripts::UNION).await,
            kv::OP_SET_INTERSECTION => self.combine(&scripts::INTERSECTION).await,
            kv::OP_SET_QUERY => self.members().await,
            kv::OP_KEY_EXISTS => self.exists().await,
            _ => Err(self.call.unknown_operation()),
        }
    }

    async fn add(self) -> Result<Bytes, ProviderError> {
        let AddRequest { key, value: by } = self.call.message()?;
        let mut command = run(&scripts::ADD, &[self.key(&key)]);
        command.arg(by);
        let request = Request::write(command).running(&scripts::ADD);
        let sum = match Outcome::of(self.ask(request).await?)? {
            Outcome::Done(sum) => answer::number(&sum)?,
            Outcome::Refused(NOT_A_NUMBER) => {
                return Err(Failure::from(Refusal::NotANumber { key }).into());
            }
            Outcome::Refused(OVERFLOW) => {
                return Err(Failure::from(Refusal::Overflow { key, by }).into());
            }
            Outcome::Refused(_) => return Err(Failure::BadAnswer.into()),
        };
        self.call.reply(&AddResponse {
            value: in_32_bits(sum)?,
        })
    }

    async fn get(self) -> Result<Bytes, ProviderError> {
        let KeyRequest { key } = self.call.message()?;
        let text = match self.text(&key).await {
            // A list or set counts as absent, as with the providers of 2020.
            Err(Failure::WrongType) => None,
            text => text?,
        };
        self.call.reply(&GetResponse {
            exists: text.is_some(),
            value: text.unwrap_or_default(),
        })
    }

    /// Returns the string under `key`. A plain command tells all but an empty string from an absent one; the script
    /// tells these apart, in one step.
    async fn text(&self, key: &str) -> Result<Option<String>, Failure> {
        let (key, most) = (self.key(key), self.most());
        let mut command = redis::cmd("GETRANGE");
        // One byte more than the limit shows that the string is longer.
        command.arg(&key).arg(0).arg(most);
        let text = self.ask(Request::read(command)).await?;
        match text {
            Value::BulkString(bytes) if bytes.len() > most => {
                return Err(Refusal::AnswerTooLong(most).into());
            }
            Value::BulkString(bytes) if bytes.is_empty() => {}
            text => return answer::text(text),
        }
        let mut command = run(&scripts::GET, &[key]);
        command.arg(most);
        answer::text(self.bounded(command, &scripts::GET).await?)
    }

    async fn set(self) -> Result<Bytes, ProviderError> {
        let SetRequest {
            key,
            value,
            expires,
        } = self.call.message()?;
        let mut command = redis::cmd("SET");
        command.arg(self.key(&key)).arg(&value);
        match expires {
            0 => {}
            1.. => {
                command.arg("EX").arg(expires);
            }
            _ => return Err(Failure::from(Refusal::NegativeExpiry(expires)).into()),
        }
        self.ask(Request::write(command)).await?;
        self.call.reply(&SetResponse { value })
    }

    async fn delete(self, command: &str) -> Result<Bytes, ProviderError> {
        let KeyRequest { key } = self.call.message()?;
        let mut command = redis::cmd(command);
        command.arg(self.key(&key));
        self.ask(Request::write(command)).await?;
        self.call.reply(&KeyResponse { key })
    }

    async fn range(self) -> Result<Bytes, ProviderError> {
        let RangeRequest { key, start, stop } = self.call.message()?;
        let mut command = run(&scripts::RANGE, &[self.key(&key)]);
        command.arg(start).arg(stop).arg(self.most()).arg(OVERHEAD);
        let found = self.bounded(command, &scripts::RANGE).await?;
        self.call.reply(&ValuesResponse {
            values: answer::texts(found)?,
        })
    }

    /// Runs a command that takes a key, a number if there is one, and an item, and answers with a number.
    async fn count(self, mut command: Cmd, number: Option<i32>) -> Result<Bytes, ProviderError> {
        let ItemRequest { key, value } = self.call.message()?;
        command.arg(self.key(&key)).arg(number).arg(value);
        let count = self.ask(Request::write(command)).await?;
        self.call.reply(&CountResponse {
            new_count: in_32_bits(answer::number(&count)?)?,
        })
    }

    async fn combine(self, script: &'static Script) -> Result<Bytes, ProviderError> {
        let KeysRequest { keys } = self.call.message()?;
        if keys.is_empty() {
            return Err(Failure::from(Refusal::NoKeys).into());
        }
        self.sets(&keys, script).await
    }

    async fn members(self) -> Result<Bytes, ProviderError> {
        let KeyRequest { key } = self.call.message()?;
        self.sets(&[key], &scripts::UNION).await
    }

    async fn sets(self, keys: &[String], script: &'static Script) -> Result<Bytes, ProviderError> {
        let keys: Vec<_> = keys.iter().map(|key| self.key(key)).collect();
        let mut command = run(script, &keys);
        command.arg(self.most()).arg(OVERHEAD).arg(MOST_STEPS);
        let found = self.bounded(command, script).await?;
        let mut values = answer::texts(found)?;
        // As the embedded store answers.
        values.sort_unstable();
        self.call.reply(&ValuesResponse { values })
    }

    async fn exists(self) -> Result<Bytes, ProviderError> {
        let KeyRequest { key } = self.call.message()?;
        let mut command = redis::cmd("EXISTS");
        command.arg(self.key(&key));
        let count = self.ask(Request::read(command)).await?;
        self.call.reply(&GetResponse {
            value: String::new(),
            exists: answer::number(&count)? > 0,
        })
    }

    /// Runs a script that reads up to a limit.
    async fn bounded(&self, command: Cmd, script: &'static Script) -> Result<Value, Failure> {
        let request = Request::read(command).running(script);
        match Outcome::of(self.ask(request).await?)? {
            Outcome::Done(found) => Ok(found),
            Outcome::Refused(TOO_LONG) => Err(Refusal::AnswerTooLong(self.most()).into()),
            Outcome::Refused(TOO_MUCH_WORK) => Err(Refusal::TooMuchWork(MOST_STEPS).into()),
            Outcome::Refused(_) => Err(Failure::BadAnswer),
        }
    }

    async fn ask(&self, request: Request) -> Result<Value, Failure> {
        self.store.client.ask(&self.call, request).await
    }

    /// Returns the key on the server.
    fn key(&self, key: &str) -> String {
        format!("{}{key}", self.store.prefix)
    }

    /// Returns the most bytes of an answer.
    fn most(&self) -> usize {
        self.store.max_answer
    }
}

fn in_32_bits(number: i64) -> Result<i32, Failure> {
    i32::try_from(number).map_err(|_| Refusal::Untold(number).into())
}
