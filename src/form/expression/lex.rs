//! Expression text → tokens with their places.

use super::syntax::{Operator, Span, SyntaxError, SyntaxErrorKind};
use std::fmt;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    Question(String),
    Name(String),
    Operator(Operator),
    Slash,
    Dot,
    DotDot,
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Comma,
    /// `*` as a name test.
    Star,
    /// `child::`, `parent::`, `self::`
    Axis(&'static str),
    End,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Number(n) => write!(f, "{n}"),
            Token::Text(t) => write!(f, "'{t}'"),
            Token::Question(n) => write!(f, "${{{n}}}"),
            Token::Name(n) => write!(f, "{n}"),
            Token::Operator(o) => write!(f, "{}", o.text()),
            Token::Slash => write!(f, "/"),
            Token::Dot => write!(f, "."),
            Token::DotDot => write!(f, ".."),
            Token::Open => write!(f, "("),
            Token::Close => write!(f, ")"),
            Token::OpenBracket => write!(f, "["),
            Token::CloseBracket => write!(f, "]"),
            Token::Comma => write!(f, ","),
            Token::Star => write!(f, "*"),
            Token::Axis(axis) => write!(f, "{axis}::"),
            Token::End => Ok(()),
        }
    }
}

/// Splits a text into tokens; the last one is always [`Token::End`].
pub(super) fn lex(text: &str) -> Result<Vec<(Token, Span)>, SyntaxError> {
    let mut tokens: Vec<(Token, Span)> = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let after_operand = matches!(
            tokens.last(),
            Some((Token::Number(_) | Token::Text(_) | Token::Question(_) | Token::Name(_) | Token::Dot | Token::DotDot | Token::Close | Token::CloseBracket | Token::Star, _))
        );
        let (token, length) = lex_one(&text[at..], after_operand).map_err(|(kind, length)| SyntaxError { kind, span: Span { start: at, end: at + length } })?;
        tokens.push((token, Span { start: at, end: at + length }));
        at += length;
    }
    tokens.push((Token::End, Span { start: text.len(), end: text.len() }));
    Ok(tokens)
}

type Lexed = Result<(Token, usize), (SyntaxErrorKind, usize)>;

fn lex_one(rest: &str, after_operand: bool) -> Lexed {
    use Operator::*;
    let c = rest.chars().next().unwrap_or(' ');
    let second = rest[c.len_utf8()..].chars().next();
    let one = |token| Ok((token, 1));
    match (c, second) {
        ('\'' | '"', _) => match rest[1..].find(c) {
            Some(end) => Ok((Token::Text(rest[1..=end].to_owned()), end + 2)),
            None => Err((SyntaxErrorKind::Unclosed, rest.len())),
        },
        ('$', Some('{')) => match rest.find('}') {
            Some(end) => Ok((Token::Question(rest[2..end].trim().to_owned()), end + 1)),
            None => Err((SyntaxErrorKind::Unclosed, rest.len())),
        },
        ('/', Some('/')) => Err((SyntaxErrorKind::NotInForms("//".to_owned()), 2)),
        ('|' | '@' | '$', _) => Err((SyntaxErrorKind::NotInForms(c.to_string()), 1)),
        ('.', Some('.')) => Ok((Token::DotDot, 2)),
        ('.', Some(d)) if d.is_ascii_digit() => lex_number(rest),
        ('0'..='9', _) => lex_number(rest),
        ('!', Some('=')) => Ok((Token::Operator(NotEqual), 2)),
        ('<', Some('=')) => Ok((Token::Operator(LessEqual), 2)),
        ('>', Some('=')) => Ok((Token::Operator(GreaterEqual), 2)),
        ('/', _) => one(Token::Slash),
        ('.', _) => one(Token::Dot),
        ('(', _) => one(Token::Open),
        (')', _) => one(Token::Close),
        ('[', _) => one(Token::OpenBracket),
        (']', _) => one(Token::CloseBracket),
        (',', _) => one(Token::Comma),
        ('=', _) => one(Token::Operator(Equal)),
        ('<', _) => one(Token::Operator(Less)),
        ('>', _) => one(Token::Operator(Greater)),
        ('+', _) => one(Token::Operator(Add)),
        ('-', _) => one(Token::Operator(Subtract)),
        ('*', _) if after_operand => one(Token::Operator(Multiply)),
        ('*', _) => one(Token::Star),
        (c, _) if c.is_alphabetic() || c == '_' => lex_name(rest, after_operand),
        (c, _) => Err((SyntaxErrorKind::Unexpected(c.to_string()), c.len_utf8())),
    }
}

fn lex_number(rest: &str) -> Lexed {
    let mut end = rest.bytes().take_while(u8::is_ascii_digit).count();
    if rest[end..].starts_with('.') && !rest[end..].starts_with("..") {
        end += 1 + rest[end + 1..].bytes().take_while(u8::is_ascii_digit).count();
    }
    rest[..end].parse().map(|n| (Token::Number(n), end)).map_err(|_| (SyntaxErrorKind::Unexpected(rest[..end].to_owned()), end))
}

/// Operators that are words.
const OPERATORS: [(&str, Operator); 4] = [("or", Operator::Or), ("and", Operator::And), ("div", Operator::Divide), ("mod", Operator::Modulo)];

/// Whether a name after an operand is this operator, also with a number joined to it: `4div2`.
fn is_operator(name: &str, word: &str) -> bool {
    name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// The axes that forms use; all others are refused.
const AXES: [&str; 3] = ["child", "parent", "self"];

/// A name may hold `-`, `.` and one `:` for its prefix inside; after an operand `div`, `mod`, `and` and `or` are operators.
fn lex_name(rest: &str, after_operand: bool) -> Lexed {
    let end = rest.find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c) || is_joining(c))).unwrap_or(rest.len());
    let mut name = &rest[..end];
    if rest[end..].starts_with("::") {
        return match AXES.iter().find(|axis| **axis == name) {
            Some(axis) => Ok((Token::Axis(axis), end + 2)),
            None => Err((SyntaxErrorKind::NotInForms(format!("{name}::")), end + 2)),
        };
    }
    if after_operand && let Some((word, operator)) = OPERATORS.iter().find(|(word, _)| is_operator(name, word)) {
        return Ok((Token::Operator(*operator), word.len()));
    }
    if let Some(local) = rest[end..].strip_prefix(':')
        && local.starts_with(|c: char| c.is_alphabetic() || c == '_')
    {
        let length = local.find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c) || is_joining(c))).unwrap_or(local.len());
        name = &rest[..end + 1 + length];
    } else if rest[end..].starts_with(":*") {
        return Err((SyntaxErrorKind::NotInForms(format!("{name}:*")), end + 2));
    }
    let name = name.trim_end_matches('.');
    Ok((Token::Name(name.to_owned()), name.len()))
}

/// Marks that stand behind a letter in names written in decomposed form.
fn is_joining(c: char) -> bool {
    matches!(c, '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}
