//! Enumerations that are kept as text in a column and in JSON, with one spelling for both.

/// Declares an enumeration whose variants have one text each: `as_str`, `ALL`, `Display`, `FromStr`, serde.
///
/// ```
/// aos_kernel::text_enum! {
///     /// How a period is doing.
///     pub enum Pace { OnTrack = "on_track", AtRisk = "at_risk" }
/// }
/// assert_eq!("at_risk".parse::<Pace>().unwrap(), Pace::AtRisk);
/// assert_eq!(Pace::OnTrack.to_string(), "on_track");
/// ```
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, $crate::__serde::Serialize, $crate::__serde::Deserialize)]
        #[serde(crate = "aos_kernel::__serde")]
        $vis enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The text of columns and JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl ::std::str::FromStr for $name {
            type Err = $crate::Error;
            fn from_str(text: &str) -> ::std::result::Result<Self, $crate::Error> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::Error::invalid(
                        stringify!($name),
                        format!("“{text}” is not one of: {}.", Self::ALL.iter().map(|v| v.as_str()).collect::<Vec<_>>().join(", ")),
                    )),
                }
            }
        }
    };
}
