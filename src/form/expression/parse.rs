//! Expression text → syntax tree: a Pratt parser that stops at the first error and never goes too deep.

use super::lex::{Token, lex};
use super::syntax::{Axis, Operator, Span, Start, Step, Syntax, SyntaxError, SyntaxErrorKind, SyntaxKind};

/// Nesting beyond this is refused, so that no text can exhaust the stack.
const MAX_DEPTH: usize = 128;

/// A chain such as `1 + 1 + …` nests to the left without brackets: beyond this it is refused too.
const MAX_CHAIN: usize = 400;

fn depth_inside(kind: &SyntaxKind) -> usize {
    let deepest = |parts: &[Syntax]| parts.iter().map(|p| p.depth).max().unwrap_or(0);
    match kind {
        SyntaxKind::Call(_, arguments) => deepest(arguments),
        SyntaxKind::Path(start, steps) => {
            let start = match start {
                Start::Call(_, arguments) => deepest(arguments),
                Start::Group(inner) => inner.depth,
                _ => 0,
            };
            steps.iter().map(|s| deepest(&s.predicates)).max().unwrap_or(0).max(start)
        }
        _ => 0,
    }
}

/// Parses an expression.
///
/// # Errors
/// The first [`SyntaxError`] with its place.
pub fn parse(text: &str) -> Result<Syntax, SyntaxError> {
    let tokens = lex(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let syntax = parser.expression(0)?;
    match parser.peek() {
        Token::End => Ok(syntax),
        _ => Err(parser.unexpected()),
    }
}

struct Parser<'a> {
    tokens: &'a [(Token, Span)],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn span(&self) -> Span {
        self.tokens[self.at].1
    }

    fn previous(&self) -> Span {
        self.tokens[self.at.saturating_sub(1)].1
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek() == token;
        if found {
            self.at += 1;
        }
        found
    }

    fn unexpected(&self) -> SyntaxError {
        let kind = match self.peek() {
            Token::End => SyntaxErrorKind::EndsEarly,
            token => SyntaxErrorKind::Unexpected(token.to_string()),
        };
        SyntaxError { kind, span: self.span() }
    }

    fn expect(&mut self, token: &Token) -> Result<(), SyntaxError> {
        if self.take(token) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn expression(&mut self, level: u8) -> Result<Syntax, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(SyntaxError { kind: SyntaxErrorKind::TooDeep, span: self.span() });
        }
        let mut left = self.unary()?;
        while let Token::Operator(operator) = *self.peek() {
            if operator.level() <= level {
                break;
            }
            self.at += 1;
            let right = self.expression(operator.level())?;
            let span = left.span.to(right.span);
            let depth = 1 + left.depth.max(right.depth);
            left = Syntax { kind: SyntaxKind::Binary(operator, Box::new(left), Box::new(right)), span, depth };
            if depth > MAX_CHAIN {
                return Err(SyntaxError { kind: SyntaxErrorKind::TooDeep, span });
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    fn unary(&mut self) -> Result<Syntax, SyntaxError> {
        let span = self.span();
        if self.take(&Token::Operator(Operator::Subtract)) {
            self.depth += 1;
            if self.depth > MAX_DEPTH {
                return Err(SyntaxError { kind: SyntaxErrorKind::TooDeep, span });
            }
            let inner = self.unary()?;
            self.depth -= 1;
            let span = span.to(inner.span);
            let depth = inner.depth + 1;
            return Ok(Syntax { kind: SyntaxKind::Negate(Box::new(inner)), span, depth });
        }
        self.primary()
    }

    fn primary(&mut self) -> Result<Syntax, SyntaxError> {
        let span = self.span();
        let kind = match self.peek().clone() {
            Token::Number(n) => {
                self.at += 1;
                SyntaxKind::Number(n)
            }
            Token::Text(t) => {
                self.at += 1;
                SyntaxKind::Text(t)
            }
            Token::Open => {
                self.at += 1;
                let inner = self.expression(0)?;
                self.expect(&Token::Close)?;
                if !matches!(self.peek(), Token::Slash | Token::OpenBracket) {
                    return Ok(Syntax { span: span.to(self.previous()), ..inner });
                }
                SyntaxKind::Path(Start::Group(Box::new(inner)), self.after_start(span)?)
            }
            Token::Name(name) if self.tokens[self.at + 1].0 == Token::Open => {
                self.at += 2;
                let arguments = self.arguments()?;
                if matches!(name.as_str(), "text" | "node" | "comment" | "processing-instruction") {
                    return Err(SyntaxError { kind: SyntaxErrorKind::NotInForms(format!("{name}()")), span });
                }
                if name == "current" && arguments.is_empty() {
                    SyntaxKind::Path(Start::Current, self.after_start(span)?)
                } else if name == "instance" || matches!(self.peek(), Token::Slash | Token::OpenBracket) {
                    SyntaxKind::Path(Start::Call(name, arguments), self.after_start(span)?)
                } else {
                    SyntaxKind::Call(name, arguments)
                }
            }
            Token::Question(name) => {
                self.at += 1;
                SyntaxKind::Path(Start::Question(name), self.after_start(span)?)
            }
            Token::Slash => {
                self.at += 1;
                // `/` alone is the root.
                let more = matches!(self.peek(), Token::Name(_) | Token::Dot | Token::DotDot | Token::Star | Token::Axis(_));
                SyntaxKind::Path(Start::Root, if more { self.steps(true)? } else { Vec::new() })
            }
            Token::Name(_) | Token::Dot | Token::DotDot | Token::Star | Token::Axis(_) => SyntaxKind::Path(Start::Here, self.steps(true)?),
            _ => return Err(self.unexpected()),
        };
        let depth = 1 + depth_inside(&kind);
        if depth > MAX_CHAIN {
            return Err(SyntaxError { kind: SyntaxErrorKind::TooDeep, span });
        }
        Ok(Syntax { kind, span: span.to(self.previous()), depth })
    }

    fn arguments(&mut self) -> Result<Vec<Syntax>, SyntaxError> {
        let mut arguments = Vec::new();
        if self.take(&Token::Close) {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression(0)?);
            if !self.take(&Token::Comma) {
                self.expect(&Token::Close)?;
                return Ok(arguments);
            }
        }
    }

    /// What follows a start: `${x}[…]/y`. Predicates directly behind the start are kept on a `.` step.
    fn after_start(&mut self, span: Span) -> Result<Vec<Step>, SyntaxError> {
        let predicates = self.predicates()?;
        let mut steps = if predicates.is_empty() { Vec::new() } else { vec![Step { axis: Axis::Here, predicates, span }] };
        steps.extend(self.steps(false)?);
        Ok(steps)
    }

    fn predicates(&mut self) -> Result<Vec<Syntax>, SyntaxError> {
        let mut predicates = Vec::new();
        while self.take(&Token::OpenBracket) {
            predicates.push(self.expression(0)?);
            self.expect(&Token::CloseBracket)?;
        }
        Ok(predicates)
    }

    fn steps(&mut self, mut first: bool) -> Result<Vec<Step>, SyntaxError> {
        let mut steps = Vec::new();
        while first || self.take(&Token::Slash) {
            first = false;
            let span = self.span();
            let axis = self.axis()?;
            let span = span.to(self.previous());
            let predicates = self.predicates()?;
            steps.push(Step { axis, predicates, span });
            if steps.len() > MAX_CHAIN {
                return Err(SyntaxError { kind: SyntaxErrorKind::TooDeep, span });
            }
        }
        Ok(steps)
    }

    fn axis(&mut self) -> Result<Axis, SyntaxError> {
        let (token, span) = (self.peek().clone(), self.span());
        let axis = match token {
            Token::Axis(axis) => {
                self.at += 1;
                let any = match (self.peek(), axis) {
                    (Token::Star, _) => true,
                    (Token::Name(name), _) if name == "node" && self.tokens[self.at + 1].0 == Token::Open && self.tokens[self.at + 2].0 == Token::Close => {
                        self.at += 2;
                        true
                    }
                    (Token::Name(_), "child") => false,
                    _ => return Err(SyntaxError { kind: SyntaxErrorKind::NotInForms(format!("{axis}::")), span }),
                };
                match (axis, self.peek().clone()) {
                    ("child", Token::Name(name)) if !any => Axis::Child(name),
                    ("child", _) => Axis::Any,
                    ("parent", _) => Axis::Parent,
                    _ => Axis::Here,
                }
            }
            Token::Name(name) if self.tokens[self.at + 1].0 == Token::Open => {
                return Err(SyntaxError { kind: SyntaxErrorKind::NotInForms(format!("{name}()")), span });
            }
            Token::Name(name) => Axis::Child(name),
            Token::Dot => Axis::Here,
            Token::DotDot => Axis::Parent,
            Token::Star => Axis::Any,
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(axis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(syntax: &Syntax) -> String {
        match &syntax.kind {
            SyntaxKind::Number(n) => n.to_string(),
            SyntaxKind::Text(t) => format!("'{t}'"),
            SyntaxKind::Path(start, steps) => {
                let steps: String = steps
                    .iter()
                    .map(|s| {
                        let predicates: String = s.predicates.iter().map(|p| format!("[{}]", shape(p))).collect();
                        format!(
                            "/{}{predicates}",
                            match &s.axis {
                                Axis::Child(n) => n,
                                Axis::Any => "*",
                                Axis::Parent => "..",
                                Axis::Here => ".",
                            }
                        )
                    })
                    .collect();
                format!("{start:?}{steps}")
            }
            SyntaxKind::Call(name, arguments) => format!("{name}({})", arguments.iter().map(shape).collect::<Vec<_>>().join(" ")),
            SyntaxKind::Binary(o, a, b) => format!("({} {} {})", shape(a), o.text(), shape(b)),
            SyntaxKind::Negate(a) => format!("-{}", shape(a)),
        }
    }

    #[test]
    fn operators_bind_as_in_xpath() {
        for (text, tree) in [
            ("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)"),
            ("1 < 2 = 3 > 2 and 1 or 0", "((((1 < 2) = (3 > 2)) and 1) or 0)"),
            ("-(1) div -2", "(-1 div -2)"),
            ("if(. > 0, 'a', \"b\")", "if((Here/. > 0) 'a' 'b')"),
            ("${a}[b = current()/../c]/d", "Question(\"a\")/.[(Here/b = Current/../c)]/d"),
            ("../x-1", "Here/../x-1"),
            ("../x -1", "(Here/../x - 1)"),
            ("3 mod 2", "(3 mod 2)"),
        ] {
            assert_eq!(shape(&parse(text).unwrap()), tree, "{text}");
        }
    }

    #[test]
    fn errors_say_where() {
        for (text, start) in [("1 +", 3), ("'abc", 0), ("a//b", 1), ("if(1,2", 6), ("1 2", 2), ("${a", 0), ("#", 0)] {
            assert_eq!(parse(text).unwrap_err().span.start, start, "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_refused_not_run() {
        let text = "(".repeat(100_000) + "1" + &")".repeat(100_000);
        assert_eq!(parse(&text).unwrap_err().kind, SyntaxErrorKind::TooDeep);
        assert_eq!(parse(&"-".repeat(100_000)).unwrap_err().kind, SyntaxErrorKind::TooDeep);
        assert_eq!(parse(&("1".to_owned() + &"+1".repeat(200_000))).unwrap_err().kind, SyntaxErrorKind::TooDeep);
        assert!(parse(&("1".to_owned() + &"+1".repeat(200))).is_ok());
    }
}
