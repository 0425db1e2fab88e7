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

impl Kind {
    pub(crate) const fn is_list(self) -> bool {
        matches!(self, Self::UuidList | Self::TextList)
    }
    pub(crate) const fn postgres_type(self) -> &'static str {
        match self {
            Self::Bool => "boolean",
            Self::Int => "bigint",
            Self::Float => "double precision",
            Self::Text => "text",
            Self::Bytes => "bytea",
            Self::Uuid => "uuid",
            Self::Time => "timestamptz",
            Self::Json => "jsonb",
            Self::UuidList => "uuid[]",
            Self::TextList => "text[]",
        }
    }
}

impl Value {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Null(kind) => *kind,
            Self::Bool(_) => Kind::Bool,
            Self::Int(_) => Kind::Int,
            Self::Float(_) => Kind::Float,
            Self::Text(_) => Kind::Text,
            Self::Bytes(_) => Kind::Bytes,
            Self::Uuid(_) => Kind::Uuid,
            Self::Time(_) => Kind::Time,
            Self::Json(_) => Kind::Json,
            Self::UuidList(_) => Kind::UuidList,
            Self::TextList(_) => Kind::TextList,
        }
    }
}

/// The values of one column of many rows, as PostgreSQL takes them in one array.
#[derive(Debug)]
pub(crate) enum Column {
    Bool(Vec<Option<bool>>),
    Int(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
    Text(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Uuid(Vec<Option<Uuid>>),
    Time(Vec<Option<Timestamp>>),
    Json(Vec<Option<serde_json::Value>>),
}

impl Column {
    /// Of lists there are no columns: they are bound one by one.
    pub(crate) fn new(kind: Kind, rows: usize) -> Self {
        match kind {
            Kind::Bool => Self::Bool(Vec::with_capacity(rows)),
            Kind::Int => Self::Int(Vec::with_capacity(rows)),
            Kind::Float => Self::Float(Vec::with_capacity(rows)),
            Kind::Text | Kind::UuidList | Kind::TextList => Self::Text(Vec::with_capacity(rows)),
            Kind::Bytes => Self::Bytes(Vec::with_capacity(rows)),
            Kind::Uuid => Self::Uuid(Vec::with_capacity(rows)),
            Kind::Time => Self::Time(Vec::with_capacity(rows)),
            Kind::Json => Self::Json(Vec::with_capacity(rows)),
        }
    }
    /// A value of another kind than the first row's counts as none; the columns of a statement have one kind each.
    pub(crate) fn push(&mut self, value: Value) {
        match (self, value) {
            (Self::Bool(column), Value::Bool(v)) => column.push(Some(v)),
            (Self::Int(column), Value::Int(v)) => column.push(Some(v)),
            (Self::Float(column), Value::Float(v)) => column.push(Some(v)),
            (Self::Text(column), Value::Text(v)) => column.push(Some(without_nul(v))),
            (Self::Bytes(column), Value::Bytes(v)) => column.push(Some(v)),
            (Self::Uuid(column), Value::Uuid(v)) => column.push(Some(v)),
            (Self::Time(column), Value::Time(v)) => column.push(Some(v)),
            (Self::Json(column), Value::Json(v)) => column.push(Some(json_without_nul(v))),
            (Self::Bool(column), other) => column.push(none(&other)),
            (Self::Int(column), other) => column.push(none(&other)),
            (Self::Float(column), other) => column.push(none(&other)),
            (Self::Text(column), other) => column.push(none(&other)),
            (Self::Bytes(column), other) => column.push(none(&other)),
            (Self::Uuid(column), other) => column.push(none(&other)),
            (Self::Time(column), other) => column.push(none(&other)),
            (Self::Json(column), other) => column.push(none(&other)),
        }
    }
}

fn none<T>(value: &Value) -> Option<T> {
    debug_assert!(matches!(value, Value::Null(_)), "one kind in each column, not {value:?}");
    None
}

/// PostgreSQL's text can't hold NUL; a page of a crawl can. Dropping it loses nothing a person could see.
pub(crate) fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

/// `jsonb` refuses `\u0000` for the same reason as `text` does.
pub(crate) fn json_without_nul(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value as J;
    fn has_nul(value: &J) -> bool {
        match value {
            J::String(text) => text.contains('\0'),
            J::Array(items) => items.iter().any(has_nul),
            J::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
            _ => false,
        }
    }
    fn clean(value: J) -> J {
        match value {
            J::String(text) => J::String(without_nul(text)),
            J::Array(items) => J::Array(items.into_iter().map(clean).collect()),
            J::Object(map) => J::Object(map.into_iter().map(|(k, v)| (without_nul(k), clean(v))).collect()),
            other => other,
        }
    }
    if has_nul(&value) { clean(value) } else { value }
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
