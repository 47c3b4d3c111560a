//! The catalogue: every sentence in both languages, side by side, checked by the compiler.
//!
//! An entry is a function `(lang, arguments…) -> String`; one that lacks a language or an argument does not compile.

macro_rules! say {
    ($($name:ident($($arg:ident),*) $vi:literal $en:literal)*) => {$(
        #[doc = $en]
        // A sentence may hold brackets that are no links.
        #[allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags, rustdoc::bare_urls)]
        pub fn $name(lang: $crate::locale::Lang $(, $arg: impl std::fmt::Display)*) -> String {
            match lang {
                $crate::locale::Lang::Vi => format!($vi),
                $crate::locale::Lang::En => format!($en),
            }
        }
    )*};
}

pub mod answering;
pub mod asking;
pub mod author;
pub mod cli;
pub mod data;
pub mod decide;
pub mod exchange;
pub mod face;
pub mod failure;
pub mod form;
pub mod frozen;
pub mod line;
pub mod looking;
pub mod migrate;
pub mod minutes;
pub mod opening;
pub mod output;
pub mod programme;
pub mod screen;
pub mod store;
pub mod transfer_forms;
pub mod xform;
pub mod xlsform;
