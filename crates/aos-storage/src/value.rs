//! Values on their way into SQL, with the type that each database keeps them in.

use std::borrow::Cow;

use aos_kernel::{Actor, ContentHash, Id, MicroUsd, Month, Named, Timestamp};
use uuid::Uuid;

/// A statement. Text that is put together at run time has to say so, because only literals are certainly free of input.
#[derive(Clone, Debug)]
pub struct Sql(pub(crate) Cow<'static, str>);

impl Sql {
    /// For a statement built from literals at run time. Never pass input here: bind it.
    pub fn built(text: String) -> Self {
        Self(Cow::Owned(text))
    }
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

/// What a value is; PostgreSQL wants to know it also of a NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Int,
    Float,
    Text,
    Bytes,
    Uuid,
    /// `timestamptz`; microseconds since 1970 on SQLite.
    Time,
    /// `jsonb`; text on SQLite.
    Json,
    /// For `= ANY($n)`.
    UuidList,
    TextList,
}

/// A bound value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null(Kind),
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    Uuid(Uuid),
    Time(Timestamp),
    Json(serde_json::Value),
    UuidList(Vec<Uuid>),
    TextList(Vec<String>),
}

/// What can be bound.
pub trait ToValue {
    const KIND: Kind;
    fn to_value(self) -> Value;
}

macro_rules! values {
    ($($type:ty, $kind:ident, $self:ident => $value:expr;)+) => {$(
        impl ToValue for $type {
            const KIND: Kind = Kind::$kind;
            fn to_value($self) -> Value {
                Value::$kind($value)
            }
        }
    )+};
}

values! {
    bool, Bool, self => self;
    i64, Int, self => self;
    i32, Int, self => i64::from(self);
    u32, Int, self => i64::from(self);
    u16, Int, self => i64::from(self);
    f64, Float, self => self;
    &str, Text, self => self.to_owned();
    String, Text, self => self;
    &String, Text, self => self.clone();
    Cow<'_, str>, Text, self => self.into_owned();
    Vec<u8>, Bytes, self => self;
    &[u8], Bytes, self => self.to_vec();
    Uuid, Uuid, self => self;
    Timestamp, Time, self => self;
    serde_json::Value, Json, self => self;
    &serde_json::Value, Json, self => self.clone();
    Vec<Uuid>, UuidList, self => self;
    Vec<String>, TextList, self => self;
    MicroUsd, Int, self => self.0;
    Month, Text, self => self.to_string();
    &Actor, Text, self => self.to_string();
    &ContentHash, Text, self => self.as_str().to_owned();
    ContentHash, Text, self => self.as_str().to_owned();
    &crate::ObjectKey, Text, self => self.as_str().to_owned();
}

impl<T: Named> ToValue for Id<T> {
    const KIND: Kind = Kind::Uuid;
    fn to_value(self) -> Value {
        Value::Uuid(self.uuid())
    }
}
impl<T: Named> ToValue for &[Id<T>] {
    const KIND: Kind = Kind::UuidList;
    fn to_value(self) -> Value {
        Value::UuidList(self.iter().map(|id| id.uuid()).collect())
    }
}
impl<T: ToValue> ToValue for Option<T> {
    const KIND: Kind = T::KIND;
    fn to_value(self) -> Value {
        self.map_or(Value::Null(T::KIND), ToValue::to_value)
    }
}
impl ToValue for Value {
    // Already a value; its own kind is kept, this one is never asked for.
    const KIND: Kind = Kind::Text;
    fn to_value(self) -> Value {
        self
    }
}

/// Values for the placeholders `$1`, `$2`, … of a statement.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { ::std::vec![$($crate::ToValue::to_value($value)),*] };
}
