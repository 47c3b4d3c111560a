//! Expression text → syntax tree, with the place of every part. Knows no form: names are only names here.

pub use super::parse::parse;

/// Byte range in the expression's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    pub(super) fn to(self, other: Span) -> Span {
        Span { start: self.start, end: other.end }
    }
}

/// A part of an expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Syntax {
    /// What it is.
    pub kind: SyntaxKind,
    /// Where it stands.
    pub span: Span,
    /// How deeply it is nested: 1 for a leaf.
    pub depth: usize,
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum SyntaxKind {
    /// `1.5`
    Number(f64),
    /// `'text'`
    Text(String),
    /// `${name}/step[…]`, `../name`, `/form/group/name`, `.`
    Path(Start, Vec<Step>),
    /// `name(…)`
    Call(String, Vec<Syntax>),
    /// `a + b`
    Binary(Operator, Box<Syntax>, Box<Syntax>),
    /// `-a`
    Negate(Box<Syntax>),
}

/// Where a path begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// `${name}`
    Question(String),
    /// `/`
    Root,
    /// the question that holds the expression
    Here,
    /// `current()`: that question even inside a predicate
    Current,
    /// `instance('list')`, or another call that gives nodes
    Call(String, Vec<Syntax>),
    /// `(path)`
    Group(Box<Syntax>),
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Where to.
    pub axis: Axis,
    /// `[…]` behind it.
    pub predicates: Vec<Syntax>,
    /// Where it stands.
    pub span: Span,
}

/// Where a step goes.
#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    /// `name`
    Child(String),
    /// `*`
    Any,
    /// `..`
    Parent,
    /// `.`
    Here,
}

/// Binary operators, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

impl Operator {
    pub(super) fn level(self) -> u8 {
        use Operator::*;
        match self {
            Or => 1,
            And => 2,
            Equal | NotEqual => 3,
            Less | LessEqual | Greater | GreaterEqual => 4,
            Add | Subtract => 5,
            Multiply | Divide | Modulo => 6,
        }
    }

    /// Whether it gives a number.
    pub fn is_arithmetic(self) -> bool {
        self.level() > 4
    }

    /// As it is written.
    pub fn text(self) -> &'static str {
        use Operator::*;
        match self {
            Or => "or",
            And => "and",
            Equal => "=",
            NotEqual => "!=",
            Less => "<",
            LessEqual => "<=",
            Greater => ">",
            GreaterEqual => ">=",
            Add => "+",
            Subtract => "-",
            Multiply => "*",
            Divide => "div",
            Modulo => "mod",
        }
    }
}

/// Why a text is not an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub kind: SyntaxErrorKind,
    /// Where.
    pub span: Span,
}

/// The kinds of syntax error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// Something else was expected here.
    Unexpected(String),
    /// The text ends too early.
    EndsEarly,
    /// A quote or `${` is not closed.
    Unclosed,
    /// Nested too deeply.
    TooDeep,
    /// A part of XPath that forms do not use (`//`, `|`, `@`, `$x`, axes).
    NotInForms(String),
}
