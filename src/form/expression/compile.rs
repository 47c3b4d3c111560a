//! Syntax → [`Code`]: names become slots of a form, functions and arguments are checked.

use super::code::{Code, Filter, Nodes};
use super::datum::Datum;
use super::function::{FROM_RECORDS, FUNCTIONS, Function, Type, signature};
use super::syntax::{Axis, Operator, Span, Start, Step, Syntax, SyntaxKind};
use crate::form::{Form, Kind, NodeId, ROOT, ScopeId};
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
}

/// An error and its place in the expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// What.
    pub kind: CompileErrorKind,
    /// Where.
    pub span: Span,
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
}

impl<'a> Site<'a> {
    /// At a question of a form.
    pub fn at(form: &'a Form, node: NodeId) -> Self {
        let scope = form.node(node).scope;
        Self { form, node: Some(node), scope, columns: None, from_records: false }
    }

    /// At the top of a form.
    pub fn top(form: &'a Form) -> Self {
        Self { form, node: None, scope: ROOT, columns: None, from_records: false }
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
    let mut compiler = Compiler { site, context: None, errors: Vec::new() };
    let (code, gives) = compiler.expression(syntax);
    Compiled { code, gives, errors: compiler.errors }
}

/// The nearest of `names` to a mistyped one.
pub fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    names.map(|n| (strsim::osa_distance(name, n), n)).filter(|(d, n)| *d <= 1 + n.len().min(name.len()) / 4).min().map(|(_, n)| n.to_owned())
}

/// An element that a path stands on while it is resolved: a node, or the form itself.
type Element = Option<NodeId>;

struct Compiler<'a> {
    site: Site<'a>,
    /// Inside a predicate: the element that bare names start from.
    context: Option<Element>,
    errors: Vec<CompileError>,
}

impl Compiler<'_> {
    /// A part that does not fit becomes blank, so that the parts around it are looked at too.
    fn expression(&mut self, syntax: &Syntax) -> (Code, Type) {
        self.resolve(syntax).unwrap_or_else(|error| {
            self.errors.push(error);
            (Code::Constant(Datum::Blank), Type::Any)
        })
    }

    fn resolve(&mut self, syntax: &Syntax) -> Result<(Code, Type), CompileError> {
        match &syntax.kind {
            SyntaxKind::Number(n) => Ok((Code::Constant(Datum::Number(*n)), Type::Number)),
            SyntaxKind::Text(t) => Ok((Code::Constant(Datum::text(t)), Type::Text)),
            SyntaxKind::Negate(a) => Ok((Code::Negate(Box::new(self.expression(a).0)), Type::Number)),
            SyntaxKind::Binary(operator, a, b) => {
                let (a, b) = (self.expression(a).0, self.expression(b).0);
                use Operator::{Add, Divide, Modulo, Multiply, Subtract};
                let gives = if matches!(operator, Add | Subtract | Multiply | Divide | Modulo) { Type::Number } else { Type::Boolean };
                Ok((Code::Binary(*operator, Box::new(a), Box::new(b)), gives))
            }
            SyntaxKind::Call(name, arguments) => self.call(name, arguments, syntax.span),
            SyntaxKind::Path(start, steps) => self.path(start, steps, syntax.span).map(|code| (code, Type::Any)),
        }
    }

    fn call(&mut self, name: &str, arguments: &[Syntax], span: Span) -> Result<(Code, Type), CompileError> {
        let Some(row) = signature(name) else {
            let near = nearest(name, FUNCTIONS.iter().map(|row| row.name));
            self.errors.push(CompileError { kind: CompileErrorKind::UnknownFunction { name: name.to_owned(), near }, span });
            // Its arguments are looked at all the same, and what they read still counts for cycles.
            return Ok((Code::Call(Function::Concat, arguments.iter().map(|a| self.expression(a).0).collect()), Type::Any));
        };
        if !(row.least..=row.most).contains(&arguments.len()) {
            let kind = CompileErrorKind::Arguments { function: name.to_owned(), least: row.least, most: row.most };
            return Err(CompileError { kind, span });
        }
        if FROM_RECORDS.contains(&row.function) && !self.site.from_records {
            return Err(CompileError { kind: CompileErrorKind::NotHere(name.to_owned()), span });
        }
        let code = match row.function {
            Function::Position => self.position(&arguments[0])?,
            Function::IndexedRepeat => self.indexed_repeat(arguments)?,
            Function::ChoiceName => self.choice_name(arguments)?,
            Function::Lookup => self.lookup(arguments)?,
            Function::PullData => self.pull_data(arguments)?,
            Function::Regex => self.regex(arguments)?,
            function => Code::Call(function, arguments.iter().map(|a| self.expression(a).0).collect()),
        };
        Ok((code, row.gives))
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
        let list = self.list(&format!("lists/{name}.csv"), arguments[0].span).or_else(|_| self.list(&name, arguments[0].span))?;
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
        let pattern = self.constant(&arguments[1], "regex")?;
        // As in ODK Collect, the whole text must match.
        let regex = Regex::new(&format!("^(?:{pattern})$")).map_err(|_| CompileError { kind: CompileErrorKind::NotAPattern(pattern), span: arguments[1].span })?;
        Ok(Code::Matches(Box::new(subject), Arc::new(regex)))
    }

    fn choice_name(&mut self, arguments: &[Syntax]) -> Result<Code, CompileError> {
        let value = self.expression(&arguments[0]).0;
        let needs = || CompileError { kind: CompileErrorKind::NeedsQuestion("jr:choice-name".to_owned()), span: arguments[1].span };
        let name = match &arguments[1].kind {
            SyntaxKind::Text(text) => text.trim().trim_start_matches("${").trim_end_matches('}').to_owned(),
            SyntaxKind::Path(Start::Question(name), _) => name.clone(),
            _ => return Err(needs()),
        };
        Ok(Code::ChoiceName(Box::new(value), self.question(&name, arguments[1].span)?))
    }

    fn position(&mut self, argument: &Syntax) -> Result<Code, CompileError> {
        let needs = || CompileError { kind: CompileErrorKind::NeedsQuestion("position".to_owned()), span: argument.span };
        let SyntaxKind::Path(start, steps) = &argument.kind else { return Err(needs()) };
        let walked = self.walk(start, steps, argument.span)?;
        let form = self.site.form;
        let scope = walked.element.map_or(ROOT, |node| match form.node(node).kind {
            Kind::Repeat(inner) => inner,
            _ => form.node(node).scope,
        });
        Ok(Code::Call(Function::Position, Box::new([Code::Constant(Datum::Number(f64::from(scope.0)))])))
    }

    /// `indexed-repeat(${q}, ${repeat}, i, …)`: the answers to `q` with one filter a repeat.
    fn indexed_repeat(&mut self, arguments: &[Syntax]) -> Result<Code, CompileError> {
        let form = self.site.form;
        let node_at = |at: usize| match &arguments[at].kind {
            SyntaxKind::Path(Start::Question(name), steps) if steps.is_empty() => self.question(name, arguments[at].span),
            _ => Err(CompileError { kind: CompileErrorKind::NeedsQuestion("indexed-repeat".to_owned()), span: arguments[at].span }),
        };
        let target = node_at(0)?;
        let mut repeats = Vec::new();
        for at in (1..arguments.len().saturating_sub(1)).step_by(2) {
            match form.node(node_at(at)?).kind {
                Kind::Repeat(scope) => repeats.push((scope, at + 1)),
                _ => return Err(CompileError { kind: CompileErrorKind::NeedsQuestion("indexed-repeat".to_owned()), span: arguments[at].span }),
            }
        }
        let outermost = repeats.iter().map(|(scope, _)| form.scope(*scope).parent).min_by_key(|s| form.around(*s).count()).unwrap_or(ROOT);
        let under = form.common(self.site.scope, outermost);
        let mut filters = Vec::new();
        for (scope, at) in repeats {
            filters.push((scope, Filter::At(self.expression(&arguments[at]).0)));
        }
        Ok(Code::Nodes(Arc::new(Nodes { target, under, filters, own: Vec::new() })))
    }

    fn question(&self, name: &str, span: Span) -> Result<NodeId, CompileError> {
        let form = self.site.form;
        form.find(name).ok_or_else(|| {
            let near = nearest(name, form.names.keys().map(String::as_str));
            CompileError { kind: CompileErrorKind::UnknownQuestion { name: name.to_owned(), near }, span }
        })
    }

    fn path(&mut self, start: &Start, steps: &[Step], span: Span) -> Result<Code, CompileError> {
        if let (Start::Here, [Step { axis: Axis::Here, predicates, .. }]) = (start, steps)
            && predicates.is_empty()
            && self.context.is_none()
        {
            return Ok(Code::This);
        }
        if let (Start::Here, [Step { axis: Axis::Child(name), predicates, span }]) = (start, steps)
            && let Some(columns) = self.site.columns
        {
            let known = columns.is_empty() || columns.iter().any(|c| c == name);
            return match known && predicates.is_empty() {
                true => Ok(Code::Column(name.as_str().into())),
                false => Err(CompileError { kind: CompileErrorKind::UnknownColumn { name: name.clone(), near: nearest(name, columns.iter().map(String::as_str)) }, span: *span }),
            };
        }
        let Walked { element, under, filters, own } = self.walk(start, steps, span)?;
        let form = self.site.form;
        let Some(target) = element else { return Ok(Code::Constant(Datum::Blank)) };
        let is_rows = matches!(form.node(target).kind, Kind::Repeat(_));
        let single = !is_rows && filters.is_empty() && own.is_empty() && under == form.node(target).scope;
        let code = if single { Code::Answer(target) } else { Code::Nodes(Arc::new(Nodes { target, under, filters, own })) };
        // In a predicate `${x}` and `current()/…` mean the row that holds the expression, not the row being tested.
        let outer = self.context.is_some() && *start != Start::Here;
        Ok(if outer { Code::Outer(Box::new(code)) } else { code })
    }

    fn walk(&mut self, start: &Start, steps: &[Step], span: Span) -> Result<Walked, CompileError> {
        let form = self.site.form;
        let here = match (start, self.context) {
            (Start::Here, Some(context)) => context,
            _ => self.site.node,
        };
        let scope_of = |element: Element| {
            element.map_or(ROOT, |node| match form.node(node).kind {
                Kind::Repeat(inner) => inner,
                _ => form.node(node).scope,
            })
        };
        let mut walked = Walked { element: here, under: scope_of(here), filters: Vec::new(), own: Vec::new() };
        match start {
            Start::Here | Start::Current => {}
            Start::Root => walked.element = None,
            Start::Question(name) => walked.element = Some(self.question(name, span)?),
        }
        let absolute = matches!(start, Start::Root | Start::Question(_));
        for (at, step) in steps.iter().enumerate() {
            match &step.axis {
                Axis::Here => {}
                Axis::Parent => {
                    let Some(node) = walked.element else { return Err(CompileError { kind: CompileErrorKind::NothingAbove, span: step.span }) };
                    walked.element = form.node(node).parent;
                    let scope = scope_of(walked.element);
                    if form.around(walked.under).any(|s| s == scope) {
                        walked.under = scope;
                    }
                }
                // `/form_id/…`: the first name after the root is the form's own element.
                Axis::Child(name) if at == 0 && *start == Start::Root && form.find(name).is_none() => {}
                Axis::Child(name) => walked.element = Some(self.child(walked.element, name, step.span)?),
            }
            self.predicates(step, &mut walked)?;
        }
        if absolute {
            let target = walked.element.map_or(ROOT, |node| form.node(node).scope);
            walked.under = form.common(self.site.scope, target);
        }
        Ok(walked)
    }

    fn predicates(&mut self, step: &Step, walked: &mut Walked) -> Result<(), CompileError> {
        let form = self.site.form;
        for predicate in &step.predicates {
            let before = self.context.replace(walked.element);
            let (code, gives) = self.expression(predicate);
            self.context = before;
            match walked.element.map(|node| form.node(node).kind) {
                Some(Kind::Repeat(scope)) => walked.filters.push((scope, if gives == Type::Number { Filter::At(code) } else { Filter::Where(code) })),
                _ => walked.own.push(code),
            }
        }
        Ok(())
    }

    /// Names are unique in a form, so a name anywhere inside the element is meant; groups may be left out.
    fn child(&self, element: Element, name: &str, span: Span) -> Result<NodeId, CompileError> {
        let form = self.site.form;
        let inside = |id: &NodeId| {
            let Some(element) = element else { return true };
            let mut above = form.node(*id).parent;
            while let Some(node) = above {
                if node == element {
                    return true;
                }
                above = form.node(node).parent;
            }
            false
        };
        form.find(name).filter(inside).ok_or_else(|| {
            let near = nearest(name, form.ids().filter(inside).map(|id| form.node(id).name.as_str()));
            CompileError { kind: CompileErrorKind::UnknownQuestion { name: name.to_owned(), near }, span }
        })
    }
}

struct Walked {
    element: Element,
    under: ScopeId,
    filters: Vec<(ScopeId, Filter)>,
    own: Vec<Code>,
}
