//! Paths: a walk through the form's own nodes or a document, as far as it is known without answers.
//!
//! A path from the root or `${name}` stays within the rows that hold the expression: inside `energy[2]`, `${after}` and
//! `/form/energy/after` mean the same row. A path that ends at a repeat means all of its rows, and a predicate frees the
//! step at which it stands.

use super::code::{self, Code, Read, To};
use super::compile::{CompileError, CompileErrorKind, Compiler, nearest};
use super::function::Function;
use super::syntax::{Axis, Span, Start, Step, Syntax, SyntaxKind};
use crate::form::{Form, Kind, NodeId, ROOT, ScopeId};

/// An element of the form: a node, or the form's root element.
pub type Element = Option<NodeId>;

/// What a walk may stand on.
#[derive(Clone, Debug)]
pub enum Place {
    /// One of these elements of the form.
    Form(Vec<Element>),
    /// An element of one of the form's documents.
    Document(usize),
    /// Nothing is known.
    Unknown,
}

impl Place {
    /// One element of the form.
    pub fn element(element: Element) -> Self {
        Place::Form(vec![element])
    }
}

pub(super) struct Walker<'c, 'a> {
    compiler: &'c mut Compiler<'a>,
    place: Place,
    start: code::Start,
    steps: Vec<code::Step>,
    /// The outermost scope that was stood in.
    apex: ScopeId,
    reads: Vec<NodeId>,
}

type Walked<T> = Result<T, CompileError>;

impl<'c, 'a> Walker<'c, 'a> {
    pub(super) fn new(compiler: &'c mut Compiler<'a>) -> Self {
        let apex = compiler.site.scope;
        Self { compiler, place: Place::Unknown, start: code::Start::Holder, steps: Vec::new(), apex, reads: Vec::new() }
    }

    fn form(&self) -> &'a Form {
        self.compiler.site.form
    }

    /// The whole path.
    pub(super) fn path(mut self, start: &Start, steps: &[Step], span: Span) -> Walked<Code> {
        let absolute = self.begin(start, span)?;
        self.go(steps, absolute)?;
        if absolute {
            self.stay_near(false);
        }
        Ok(self.finish())
    }

    /// `indexed-repeat`: the path to the target with a number at the step of each repeat. `Err(None)`: a repeat is not on the way.
    pub(super) fn indexed(mut self, target: &Syntax, repeats: &[&Syntax], numbers: Vec<Code>, span: Span) -> Result<Code, Option<CompileError>> {
        let SyntaxKind::Path(start, steps) = &target.kind else { return Err(None) };
        let absolute = self.begin(start, span)?;
        self.go(steps, absolute)?;
        for (repeat, number) in repeats.iter().zip(numbers) {
            let at = self.step_of(repeat)?.ok_or(None)?;
            let reads = number.dependencies(&|node| self.compiler.site.form.node(node).scope);
            self.reads.extend(reads.iter().map(|read| read.node));
            self.steps[at].predicates = Box::new([Code::Call(Function::Number, Box::new([number]))]);
        }
        if absolute {
            self.stay_near(true);
        }
        Ok(self.finish())
    }

    /// The step of this walk that leads to a repeat.
    fn step_of(&mut self, repeat: &Syntax) -> Result<Option<usize>, CompileError> {
        let SyntaxKind::Path(start, steps) = &repeat.kind else { return Ok(None) };
        if self.compiler.site.document.is_some() {
            let name = steps.iter().rev().find_map(|step| if let Axis::Child(name) = &step.axis { Some(name) } else { None });
            return Ok(self.steps.iter().rposition(|step| matches!((&step.to, name), (To::Named(a), Some(b)) if **a == **b)));
        }
        let node = match self.compiler.path(start, steps, repeat.span)? {
            Code::Nodes(path) => path.target,
            _ => None,
        };
        Ok(self.steps.iter().position(|step| matches!(step.to, To::Child(child) if Some(child) == node)))
    }

    /// Gives whether the walk begins at the root, so that it is to be brought near.
    fn begin(&mut self, start: &Start, span: Span) -> Walked<bool> {
        let site = &self.compiler.site;
        match start {
            Start::Here | Start::Current => {
                let inside = self.compiler.context.clone().filter(|_| *start == Start::Here);
                self.start = if inside.is_some() { code::Start::Context } else { code::Start::Holder };
                let holder = site.document.map_or_else(|| Place::element(site.node), Place::Document);
                self.place = inside.unwrap_or(holder);
                if let Place::Form(elements) = &self.place {
                    let form = site.form;
                    let scope = elements.iter().map(|e| if *start == Start::Here { standing(form, *e) } else { holding(form, *e) }).min_by_key(|s| form.around(*s).count());
                    self.apex = scope.unwrap_or(ROOT);
                }
                Ok(false)
            }
            Start::Root => {
                match site.document {
                    Some(document) => (self.start, self.place) = (code::Start::Document(document), Place::Document(document)),
                    None => (self.start, self.place) = (code::Start::Row(ROOT), Place::element(None)),
                }
                self.apex = ROOT;
                Ok(site.document.is_none())
            }
            Start::Question(name) => {
                let node = self.compiler.question(name, span)?;
                (self.start, self.place, self.apex) = (code::Start::Row(ROOT), Place::element(None), ROOT);
                self.down_to(node);
                Ok(true)
            }
            Start::Call(name, arguments) => self.call(name, arguments, span).map(|()| false),
            Start::Group(inner) => self.nodes(inner).map(|()| false),
        }
    }

    fn call(&mut self, name: &str, arguments: &[Syntax], span: Span) -> Walked<()> {
        match (name, arguments) {
            ("instance", [Syntax { kind: SyntaxKind::Text(id), .. }]) => {
                let form = self.form();
                let Some(document) = form.instances.get(id) else {
                    let near = nearest(id, form.instances.keys().map(String::as_str));
                    return Err(CompileError { kind: CompileErrorKind::UnknownInstance { name: id.clone(), near }, span });
                };
                (self.start, self.place) = (code::Start::Document(*document), Place::Document(*document));
                Ok(())
            }
            ("instance", [argument]) => Err(CompileError { kind: CompileErrorKind::NeedsConstant(name.to_owned()), span: argument.span }),
            ("randomize", [nodes, ..]) => {
                self.nodes(nodes)?;
                let code = self.compiler.call(name, arguments, span)?.0;
                self.start = code::Start::Nodes(Box::new(code));
                Ok(())
            }
            _ => Err(CompileError { kind: CompileErrorKind::NeedsNodes(name.to_owned()), span }),
        }
    }

    /// Begins at whatever another path gives.
    fn nodes(&mut self, syntax: &Syntax) -> Walked<()> {
        let code = match &syntax.kind {
            SyntaxKind::Path(start, steps) => {
                let mut inner = Walker::new(self.compiler);
                let absolute = inner.begin(start, syntax.span)?;
                inner.go(steps, absolute)?;
                if absolute {
                    inner.stay_near(false);
                }
                let place = inner.place.clone();
                let code = inner.finish_as_nodes();
                self.place = place;
                code
            }
            _ => return Err(CompileError { kind: CompileErrorKind::NeedsNodes(syntax.to_string()), span: syntax.span }),
        };
        if let Code::Nodes(path) = &code {
            self.reads.extend(path.reads.iter().map(|read| read.node));
        }
        self.apex = ROOT;
        self.start = code::Start::Nodes(Box::new(code));
        Ok(())
    }

    fn go(&mut self, steps: &[Step], absolute: bool) -> Walked<()> {
        // A repeat's own expressions stand outside of its rows: into them leads a step.
        let holder = self.compiler.site.node.filter(|node| matches!(self.form().node(*node).kind, Kind::Repeat(_)));
        if let (code::Start::Holder, Some(repeat), Some(first), true) = (&self.start, holder, steps.first(), self.steps.is_empty())
            && first.axis != Axis::Parent
        {
            self.down(repeat);
        }
        for (at, step) in steps.iter().enumerate() {
            match (&step.axis, self.place.clone()) {
                (Axis::Here, _) => {
                    // Predicates directly behind `${repeat}` belong to its own step.
                    if !step.predicates.is_empty() && self.steps.last().is_none_or(|last| !last.predicates.is_empty()) {
                        self.push(To::Own);
                    }
                }
                (Axis::Child(name), Place::Form(elements)) => self.child(&elements, name, at == 0 && absolute, step.span)?,
                (Axis::Any, Place::Form(elements)) => self.any(&elements, at == 0 && absolute),
                (Axis::Parent, Place::Form(elements)) => self.parent(&elements, step.span)?,
                (Axis::Child(name), _) => self.push(To::Named(name.as_str().into())),
                (Axis::Any, _) => self.push(To::All),
                (Axis::Parent, _) => self.push(To::Parent),
            }
            self.predicates(step);
        }
        Ok(())
    }

    fn push(&mut self, to: To) {
        self.steps.push(code::Step { to, predicates: Box::new([]) });
    }

    fn child(&mut self, elements: &[Element], name: &str, first: bool, span: Span) -> Walked<()> {
        let form = self.form();
        // `/form_id/…`: the first name after the root is the form's own element.
        if first && elements == [None] && self.steps.is_empty() && (name == form.root || form.child(None, name).is_none()) {
            return Ok(());
        }
        let found: Vec<NodeId> = elements.iter().filter_map(|element| form.child(*element, name)).collect();
        match (found.as_slice(), elements) {
            ([one], _) => self.down(*one),
            ([], [element]) => {
                let node = form.inside(*element, name).ok_or_else(|| {
                    let near = nearest(name, form.ids().filter(|id| form.is_inside(*id, *element)).map(|id| form.node(id).name.as_str()));
                    CompileError { kind: CompileErrorKind::UnknownQuestion { name: name.to_owned(), near }, span }
                })?;
                self.down_to(node);
            }
            ([], _) => return Err(CompileError { kind: CompileErrorKind::UnknownQuestion { name: name.to_owned(), near: None }, span }),
            (many, _) => {
                self.reads.extend(many);
                self.place = Place::Form(many.iter().copied().map(Some).collect());
                self.push(To::AnyOf(many.into()));
            }
        }
        Ok(())
    }

    fn down(&mut self, node: NodeId) {
        self.reads.push(node);
        self.place = Place::element(Some(node));
        self.push(To::Child(node));
    }

    /// Down to a node through everything between; groups and repeats may be left out when written.
    fn down_to(&mut self, node: NodeId) {
        let form = self.form();
        let from = match &self.place {
            Place::Form(elements) => elements.first().copied().flatten(),
            _ => None,
        };
        let mut chain = vec![node];
        while let Some(parent) = form.node(chain[chain.len() - 1]).parent.filter(|parent| Some(*parent) != from) {
            chain.push(parent);
        }
        chain.into_iter().rev().for_each(|node| self.down(node));
    }

    fn any(&mut self, elements: &[Element], first: bool) {
        if first && elements == [None] && self.steps.is_empty() {
            return;
        }
        let form = self.form();
        let all: Vec<NodeId> = form.ids().filter(|id| elements.contains(&form.node(*id).parent)).collect();
        self.reads.extend(&all);
        self.place = Place::Form(all.iter().copied().map(Some).collect());
        self.push(To::AnyOf(all.into()));
    }

    fn parent(&mut self, elements: &[Element], span: Span) -> Walked<()> {
        let form = self.form();
        let mut above: Vec<Element> = Vec::new();
        for element in elements {
            let Some(node) = element else { return Err(CompileError { kind: CompileErrorKind::NothingAbove, span }) };
            let parent = form.node(*node).parent;
            if !above.contains(&parent) {
                above.push(parent);
            }
        }
        let depth = |scope: ScopeId| form.around(scope).count();
        for scope in above.iter().map(|element| standing(form, *element)) {
            if depth(scope) < depth(self.apex) {
                self.apex = scope;
            }
        }
        self.place = Place::Form(above);
        self.push(To::Parent);
        Ok(())
    }

    fn predicates(&mut self, step: &Step) {
        if step.predicates.is_empty() {
            return;
        }
        let form = self.form();
        let before = self.compiler.context.replace(self.place.clone());
        let codes: Vec<Code> = step.predicates.iter().map(|predicate| self.compiler.expression(predicate).0).collect();
        self.compiler.context = before;
        for code in &codes {
            self.reads.extend(code.dependencies(&|node| form.node(node).scope).iter().map(|read| read.node));
            code.walk(&mut |part| {
                if let Code::Near(node) = part {
                    self.reads.push(*node);
                }
            });
        }
        if self.steps.is_empty() {
            self.push(To::Own);
        }
        let last = self.steps.len() - 1;
        self.steps[last].predicates = std::mem::take(&mut self.steps[last].predicates).into_vec().into_iter().chain(codes).collect();
    }

    /// Begins at the innermost row that the holder shares with the way, instead of at the root. `even_last`: also where the
    /// way ends at that repeat.
    fn stay_near(&mut self, even_last: bool) {
        let form = self.form();
        let around: Vec<ScopeId> = form.around(self.compiler.site.scope).collect();
        let free = self.steps.iter().position(|step| !step.predicates.is_empty() || !matches!(step.to, To::Child(_))).unwrap_or(self.steps.len());
        let last = self.steps.len().saturating_sub(usize::from(!even_last));
        let shared = self.steps[..free.min(last)].iter().enumerate().rev().find_map(|(at, step)| match step.to {
            To::Child(node) => match form.node(node).kind {
                Kind::Repeat(inner) if around.contains(&inner) => Some((at, inner)),
                _ => None,
            },
            _ => None,
        });
        if let Some((at, scope)) = shared {
            self.steps.drain(..=at);
            self.start = code::Start::Row(scope);
            self.apex = scope;
        }
    }

    /// One answer where only one can be meant, else a walk.
    fn finish(self) -> Code {
        let form = self.form();
        let plain = self.steps.iter().all(|step| {
            step.predicates.is_empty()
                && match step.to {
                    To::Child(node) => !matches!(form.node(node).kind, Kind::Repeat(_)),
                    To::Parent | To::Own => true,
                    _ => false,
                }
        });
        let single = match &self.place {
            Place::Form(elements) => match elements.as_slice() {
                [Some(node)] if !matches!(form.node(*node).kind, Kind::Repeat(_) | Kind::Group) => Some(*node),
                _ => None,
            },
            _ => None,
        };
        match (plain, single, &self.start) {
            (true, Some(node), code::Start::Row(_) | code::Start::Holder) => Code::Answer(node),
            (true, Some(node), code::Start::Context) => Code::Near(node),
            _ => self.finish_as_nodes(),
        }
    }

    fn finish_as_nodes(self) -> Code {
        let target = match &self.place {
            Place::Form(elements) if elements.len() == 1 => elements[0],
            _ => None,
        };
        let is_column = target.is_some_and(|target| self.is_column(target));
        let mut reads: Vec<Read> = self.reads.iter().chain(&target).map(|node| Read { node: *node, under: self.apex }).collect();
        reads.sort_unstable();
        reads.dedup();
        Code::Nodes(std::sync::Arc::new(code::Path { start: self.start, steps: self.steps.into(), target, is_column, reads: reads.into() }))
    }

    /// Whether the way leads from the form down to every row of a repeat, or to a question in every row.
    fn is_column(&self, target: NodeId) -> bool {
        let form = self.form();
        let plain = |step: &code::Step| matches!(step.to, To::Child(_)) && step.predicates.is_empty();
        let scope = standing(form, Some(target));
        let starts = matches!(self.start, code::Start::Row(ROOT)) && self.steps.iter().all(plain);
        starts && scope != ROOT && form.scope(scope).parent == ROOT && form.node(target).kind != Kind::Group
    }
}

/// The scope in whose rows one stands at an element: a repeat stands for its row.
fn standing(form: &Form, element: Element) -> ScopeId {
    element.map_or(ROOT, |node| match form.node(node).kind {
        Kind::Repeat(inner) => inner,
        _ => form.node(node).scope,
    })
}

/// The scope in whose rows a node's own expressions run.
fn holding(form: &Form, element: Element) -> ScopeId {
    element.map_or(ROOT, |node| form.node(node).scope)
}
