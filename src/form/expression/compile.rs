//! Syntax → [`Code`]: names become slots of a form, functions and arguments are checked.

use super::code::Code;
use super::datum::Datum;
use super::function::{FROM_RECORDS, FUNCTIONS, Function, Type, Want, signature};
use super::syntax::{Axis, Span, Start, Step, Syntax, SyntaxKind, parse};
use super::walk::{Place, Walker};
use crate::form::{Form, NodeId, ROOT, ScopeId};
use regex::Regex;
use std::sync::Arc;

/// Why an expression does not fit its form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum CompileErrorKind {
    UnknownQuestion {
        name: String,
        near: Option<String>,
    },
    UnknownFunction {
        name: String,
        near: Option<String>,
    },
    UnknownList {
        name: String,
    },
    UnknownColumn {
        name: String,
        near: Option<String>,
    },
    Arguments {
        function: String,
        least: usize,
        most: usize,
    },
    NotAPattern(String),
    NeedsQuestion(String),
    NeedsConstant(String),
    /// `latest` and `rows` where a value would change when another record does.
    NotHere(String),
    NothingAbove,
    /// A function that takes nodes was given a value.
    NeedsNodes(String),
    /// `instance('…')` without such an instance.
    UnknownInstance {
        name: String,
        near: Option<String>,
    },
}

/// An error and its place in the expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// What.
    pub kind: CompileErrorKind,
    /// Where.
    pub span: Span,
}

impl CompileError {
    /// Whether the part around it makes no sense either, however it is computed.
    pub fn is_shape(&self) -> bool {
        matches!(self.kind, CompileErrorKind::NeedsNodes(_))
    }
}

/// Where an expression stands.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// The form.
    pub form: &'a Form,
    /// The question that holds it, if any.
    pub node: Option<NodeId>,
    /// The scope in whose rows it runs.
    pub scope: ScopeId,
    /// Columns that bare names mean (in a choice filter).
    pub columns: Option<&'a [String]>,
    /// Whether values may be taken from other records.
    pub from_records: bool,
    /// The document in which it stands, where it is not the form itself.
    pub document: Option<usize>,
    /// The nodes that bare names start from, where they are not the question that holds it.
    pub context: Option<&'a Place>,
}

impl<'a> Site<'a> {
    /// At a question of a form.
    pub fn at(form: &'a Form, node: NodeId) -> Self {
        let scope = form.node(node).scope;
        Self { form, node: Some(node), scope, columns: None, from_records: false, document: None, context: None }
    }

    /// At the top of a form.
    pub fn top(form: &'a Form) -> Self {
        Self { form, node: None, scope: ROOT, columns: None, from_records: false, document: None, context: None }
    }

    /// In a document of a form.
    pub fn inside(form: &'a Form, document: usize) -> Self {
        Self { document: Some(document), ..Self::top(form) }
    }
}

/// An expression resolved as far as it goes: what could not be resolved is blank in the code and told in the errors.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The code.
    pub code: Code,
    /// What it gives.
    pub gives: Type,
    /// Every name, function or argument that does not fit.
    pub errors: Vec<CompileError>,
}

impl Compiled {
    /// The code, if all of it was resolved.
    ///
    /// # Errors
    /// The first error.
    pub fn whole(self) -> Result<Code, CompileError> {
        match self.errors.into_iter().next() {
            None => Ok(self.code),
            Some(error) => Err(error),
        }
    }
}

/// Resolves an expression at a site.
pub fn compile(syntax: &Syntax, site: Site<'_>) -> Compiled {
    let mut compiler = Compiler { site, context: site.context.cloned(), errors: Vec::new() };
    let (code, gives) = compiler.expression(syntax);
    Compiled { code, gives, errors: compiler.errors }
}

/// The nearest of `names` to a mistyped one.
pub fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    names.map(|n| (strsim::osa_distance(name, n), n)).filter(|(d, n)| *d <= 1 + n.len().min(name.len()) / 4).min().map(|(_, n)| n.to_owned())
}

pub(super) struct Compiler<'a> {
    pub(super) site: Site<'a>,
    /// Inside a predicate: what bare names start from.
    pub(super) context: Option<Place>,
    pub(super) errors: Vec<CompileError>,
}

impl<'a> Compiler<'a> {
    /// A part that does not fit becomes blank, so that the parts around it are looked at too.
    pub(super) fn expression(&mut self, syntax: &Syntax) -> (Code, Type) {
        self.resolve(syntax).unwrap_or_else(|error| {
            self.errors.push(error);
            (Code::Broken(self.errors.len() - 1, Box::new([])), Type::Any)
        })
    }

    fn resolve(&mut self, syntax: &Syntax) -> Result<(Code, Type), CompileError> {
        match &syntax.kind {
            SyntaxKind::Number(n) => Ok((Code::Constant(Datum::Number(*n)), Type::Number)),
            SyntaxKind::Text(t) => Ok((Code::Constant(Datum::text(t)), Type::Text)),
            SyntaxKind::Negate(a) => Ok((Code::Negate(Box::new(self.expression(a).0)), Type::Number)),
            SyntaxKind::Binary(operator, a, b) => {
                let (a, b) = (self.expression(a).0, self.expression(b).0);
                let gives = if operator.is_arithmetic() { Type::Number } else { Type::Boolean };
                Ok((Code::Binary(*operator, Box::new(a), Box::new(b)), gives))
            }
            SyntaxKind::Call(name, arguments) => self.call(name, arguments, syntax.span),
            SyntaxKind::Path(start, steps) => self.path(start, steps, syntax.span).map(|code| (code, Type::Any)),
        }
    }

    pub(super) fn call(&mut self, name: &str, arguments: &[Syntax], span: Span) -> Result<(Code, Type), CompileError> {
        let Some(row) = signature(name) else {
            let near = nearest(name, FUNCTIONS.iter().map(|row| row.name));
            self.errors.push(CompileError { kind: CompileErrorKind::UnknownFunction { name: name.to_owned(), near }, span });
            // Its arguments are looked at all the same, and what they read still counts for cycles.
            let error = self.errors.len() - 1;
            return Ok((Code::Broken(error, arguments.iter().map(|a| self.expression(a).0).collect()), Type::Any));
        };
        if !(row.least..=row.most).contains(&arguments.len()) {
            let kind = CompileErrorKind::Arguments { function: name.to_owned(), least: row.least, most: row.most };
            return Err(CompileError { kind, span });
        }
        if FROM_RECORDS.contains(&row.function) && !self.site.from_records {
            return Err(CompileError { kind: CompileErrorKind::NotHere(name.to_owned()), span });
        }
        let code = match row.function {
            Function::IndexedRepeat => self.indexed_repeat(arguments, span)?,
            Function::ChoiceName => self.choice_name(arguments)?,
            Function::Lookup => self.lookup(arguments)?,
            Function::PullData => self.pull_data(arguments)?,
            Function::Regex => self.regex(arguments)?,
            function => {
                let parts: Box<[Code]> = arguments.iter().map(|a| self.expression(a).0).collect();
                if row.wants == Want::Nodes {
                    self.want_nodes(name, &parts, arguments);
                }
                Code::Call(function, parts)
            }
        };
        Ok((code, row.gives))
    }

    fn want_nodes(&mut self, name: &str, parts: &[Code], arguments: &[Syntax]) {
        let is_nodes = |code: &Code| matches!(code, Code::Nodes(_) | Code::Answer(_) | Code::Near(_) | Code::This | Code::Call(Function::Randomize, _));
        if let (Some(code), Some(argument)) = (parts.first(), arguments.first())
            && !is_nodes(code)
            && self.errors.is_empty()
        {
            self.errors.push(CompileError { kind: CompileErrorKind::NeedsNodes(name.to_owned()), span: argument.span });
        }
    }

    fn constant(&self, syntax: &Syntax, function: &str) -> Result<String, CompileError> {
        match &syntax.kind {
            SyntaxKind::Text(text) => Ok(text.clone()),
            _ => Err(CompileError { kind: CompileErrorKind::NeedsConstant(function.to_owned()), span: syntax.span }),
        }
    }

    fn list(&self, name: &str, span: Span) -> Result<usize, CompileError> {
        let lists = &self.site.form.lists;
        lists.iter().position(|l| l.name == name).ok_or_else(|| CompileError { kind: CompileErrorKind::UnknownList { name: name.to_owned() }, span })
    }

    fn column(&self, list: usize, name: &str, span: Span) -> Result<Arc<str>, CompileError> {
        let columns = &self.site.form.lists[list].columns;
        // A list that could not be read is told once, where it is named.
        if columns.is_empty() || columns.iter().any(|c| c == name) {
            return Ok(name.into());
        }
        let near = nearest(name, columns.iter().map(String::as_str));
        Err(CompileError { kind: CompileErrorKind::UnknownColumn { name: name.to_owned(), near }, span })
    }

    fn lookup(&mut self, arguments: &[Syntax]) -> Result<Code, CompileError> {
        let key = self.expression(&arguments[1]).0;
        let column = self.constant(&arguments[2], "lookup")?;
        if let SyntaxKind::Text(name) = &arguments[0].kind {
            let list = self.list(name, arguments[0].span)?;
            return Ok(Code::Lookup(list, Box::new(key), self.column(list, &column, arguments[2].span)?));
        }
        let (table, gives) = self.expression(&arguments[0]);
        if gives != Type::Table {
            return Err(CompileError { kind: CompileErrorKind::NeedsConstant("lookup".to_owned()), span: arguments[0].span });
        }
        Ok(Code::Call(Function::Lookup, Box::new([table, key, Code::Constant(Datum::text(column))])))
    }

    /// `pulldata('energy', 'unit', 'name', key)`: ODK's order of arguments for the same thing.
    fn pull_data(&mut self, arguments: &[Syntax]) -> Result<Code, CompileError> {
        let name = self.constant(&arguments[0], "pulldata")?;
        let list = crate::form::check_lists::pulldata_files(&name).iter().find_map(|file| self.list(file, arguments[0].span).ok());
        let list = list.ok_or_else(|| CompileError { kind: CompileErrorKind::UnknownList { name: name.clone() }, span: arguments[0].span })?;
        let column = self.constant(&arguments[1], "pulldata")?;
        let column = self.column(list, &column, arguments[1].span)?;
        let by = self.constant(&arguments[2], "pulldata")?;
        let by = self.column(list, &by, arguments[2].span)?;
        let key = self.expression(&arguments[3]).0;
        if &*by == "name" {
            return Ok(Code::Lookup(list, Box::new(key), column));
        }
        let list = Code::Constant(Datum::Number(list as f64));
        Ok(Code::Call(Function::PullData, Box::new([list, Code::Constant(Datum::text(&by)), key, Code::Constant(Datum::text(&column))])))
    }

    fn regex(&mut self, arguments: &[Syntax]) -> Result<Code, CompileError> {
        let subject = self.expression(&arguments[0]).0;
        let SyntaxKind::Text(pattern) = &arguments[1].kind else {
            let pattern = self.expression(&arguments[1]).0;
            return Ok(Code::Call(Function::Regex, Box::new([subject, pattern])));
        };
        let regex = whole_match(pattern).ok_or_else(|| CompileError { kind: CompileErrorKind::NotAPattern(pattern.clone()), span: arguments[1].span })?;
        Ok(Code::Matches(Box::new(subject), Arc::new(regex)))
    }

    /// The second argument names the question whose choices are meant: `${q}`, or a text that holds its path.
    fn choice_name(&mut self, arguments: &[Syntax]) -> Result<Code, CompileError> {
        let value = self.expression(&arguments[0]).0;
        let needs = || CompileError { kind: CompileErrorKind::NeedsQuestion("jr:choice-name".to_owned()), span: arguments[1].span };
        let named = match &arguments[1].kind {
            SyntaxKind::Text(text) => parse(text).map_err(|_| needs())?,
            _ => arguments[1].clone(),
        };
        let named = match &named.kind {
            // A bare name is taken for the question wherever it stands.
            SyntaxKind::Path(Start::Here, steps) => match steps.as_slice() {
                [Step { axis: Axis::Child(name), .. }] => SyntaxKind::Path(Start::Question(name.clone()), Vec::new()),
                _ => named.kind,
            },
            _ => named.kind,
        };
        let SyntaxKind::Path(start, steps) = &named else { return Err(needs()) };
        // Places inside a quoted path count from its own beginning: the whole argument is pointed at.
        let found = self.path(start, steps, arguments[1].span).map_err(|error| CompileError { span: arguments[1].span, ..error })?;
        match found {
            Code::Answer(node) | Code::Near(node) => Ok(Code::ChoiceName(Box::new(value), node)),
            Code::Nodes(path) => path.target.map(|node| Code::ChoiceName(Box::new(value), node)).ok_or_else(needs),
            Code::This => self.site.node.map(|node| Code::ChoiceName(Box::new(value), node)).ok_or_else(needs),
            _ => Err(needs()),
        }
    }

    /// `indexed-repeat(${q}, ${repeat}, i, …)`: the path to `q` with a number at each repeat's step.
    fn indexed_repeat(&mut self, arguments: &[Syntax], span: Span) -> Result<Code, CompileError> {
        let needs = |at: usize| CompileError { kind: CompileErrorKind::NeedsQuestion("indexed-repeat".to_owned()), span: arguments[at].span };
        let paths = arguments.iter().enumerate().filter(|(at, _)| at % 2 == 1 || *at == 0);
        if let Some((at, _)) = paths.clone().find(|(_, a)| !matches!(a.kind, SyntaxKind::Path(..))) {
            return Err(needs(at));
        }
        let mut numbers = Vec::new();
        for at in (2..arguments.len()).step_by(2) {
            numbers.push(self.expression(&arguments[at]).0);
        }
        let repeats: Vec<&Syntax> = (1..arguments.len() - 1).step_by(2).map(|at| &arguments[at]).collect();
        Walker::new(self).indexed(&arguments[0], &repeats, numbers, span).map_err(|at| at.unwrap_or_else(|| needs(0)))
    }

    pub(super) fn question(&self, name: &str, span: Span) -> Result<NodeId, CompileError> {
        let form = self.site.form;
        form.question_near(name, self.site.node).ok_or_else(|| {
            let near = nearest(name, form.nodes.iter().map(|node| node.name.as_str()));
            CompileError { kind: CompileErrorKind::UnknownQuestion { name: name.to_owned(), near }, span }
        })
    }

    pub(super) fn path(&mut self, start: &Start, steps: &[Step], span: Span) -> Result<Code, CompileError> {
        if let (Start::Here, [Step { axis: Axis::Here, predicates, .. }], None, None) = (start, steps, &self.context, self.site.document)
            && predicates.is_empty()
        {
            return Ok(Code::This);
        }
        if let (Start::Here, Some(columns), None) = (start, self.site.columns, &self.context) {
            let plain: Vec<&Step> = steps.iter().filter(|step| step.axis != Axis::Here || !step.predicates.is_empty()).collect();
            if let [Step { axis: Axis::Child(name), predicates, span }] = plain[..] {
                let known = columns.is_empty() || name == "name" || name == "label" || columns.iter().any(|c| c == name);
                return match known && predicates.is_empty() {
                    true => Ok(Code::Column(name.as_str().into())),
                    false => {
                        let near = nearest(name, columns.iter().map(String::as_str));
                        Err(CompileError { kind: CompileErrorKind::UnknownColumn { name: name.clone(), near }, span: *span })
                    }
                };
            }
        }
        let found = Walker::new(self).path(start, steps, span);
        // `if(…, 5, null)`: forms write this for nothing at all, and ODK finds no such node, which is nothing.
        let is_null = matches!((start, steps), (Start::Here, [Step { axis: Axis::Child(name), predicates, .. }]) if name == "null" && predicates.is_empty());
        if is_null && found.is_err() { Ok(Code::Constant(Datum::Blank)) } else { found }
    }
}

/// A pattern that must match the whole text, as in ODK Collect.
pub fn whole_match(pattern: &str) -> Option<Regex> {
    regex::RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(1 << 20).build().ok()
}
