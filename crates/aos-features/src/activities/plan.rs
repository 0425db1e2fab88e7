//! A template made ready to be followed: what comes after what. Pure.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use aos_kernel::TemplateId;

use super::model::{Template, TemplateStep};

/// A template with its graph.
#[derive(Debug)]
pub struct Plan {
    template: Template,
    positions: BTreeMap<String, usize>,
    /// What has to be over before a step: without the steps whose approval is named too, as that says more.
    blockers: Vec<Vec<usize>>,
    gates: Vec<Option<usize>>,
}

impl Plan {
    /// The template must have passed [`Template::validate`].
    pub fn new(template: Template) -> Self {
        let positions: BTreeMap<_, _> =
            template.steps.iter().enumerate().map(|(i, step)| (step.key.clone(), i)).collect();
        let gates: Vec<Option<usize>> = template
            .steps
            .iter()
            .map(|step| template.approval_of(&step.key).and_then(|gate| positions.get(&gate.key).copied()))
            .collect();
        let blockers = template
            .steps
            .iter()
            .map(|step| {
                let mut named: Vec<usize> = step
                    .blocked_by
                    .iter()
                    .chain(&step.input_from)
                    .filter_map(|key| positions.get(key).copied())
                    .collect();
                named.sort_unstable();
                named.dedup();
                let gated = |at: &usize| gates[*at].is_some_and(|gate| named.contains(&gate));
                named.iter().copied().filter(|at| !gated(at)).collect()
            })
            .collect();
        Self { template, positions, blockers, gates }
    }

    pub fn template(&self) -> &Template {
        &self.template
    }
    pub fn step(&self, at: usize) -> &TemplateStep {
        &self.template.steps[at]
    }
    pub fn position(&self, key: &str) -> Option<usize> {
        self.positions.get(key).copied()
    }
    pub fn blockers(&self, at: usize) -> &[usize] {
        &self.blockers[at]
    }
    /// The approval of what a step makes.
    pub fn gate_of(&self, at: usize) -> Option<usize> {
        self.gates[at]
    }
    /// Steps that wait for nothing.
    pub fn roots(&self) -> impl Iterator<Item = usize> {
        (0..self.template.steps.len()).filter(|at| self.blockers[*at].is_empty())
    }
    /// Steps that wait for this one alone, other than its approval: what comes of it decides at once about them.
    pub fn next(&self, at: usize) -> impl Iterator<Item = usize> {
        (0..self.template.steps.len())
            .filter(move |next| self.blockers[*next] == [at] && !self.step(*next).is_approval && !self.is_join(*next))
    }
    /// Steps that wait for several others, or for all units of one: only the whole pipeline tells when they begin.
    pub fn joins(&self) -> impl Iterator<Item = usize> {
        (0..self.template.steps.len()).filter(|at| self.is_join(*at))
    }
    pub fn has_joins(&self) -> bool {
        self.joins().next().is_some()
    }
    /// All steps before one, however far.
    pub fn ancestors(&self, at: usize) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        let mut open = self.all_before(at);
        while let Some(next) = open.pop() {
            if !found.contains(&next) {
                found.push(next);
                open.extend(self.all_before(next));
            }
        }
        found
    }

    fn all_before(&self, at: usize) -> Vec<usize> {
        let step = self.step(at);
        step.blocked_by.iter().chain(&step.input_from).filter_map(|key| self.position(key)).collect()
    }
    fn is_join(&self, at: usize) -> bool {
        let (step, blockers) = (self.step(at), &self.blockers[at]);
        !step.is_approval
            && (blockers.len() > 1 || (!step.repeat_per_unit && blockers.iter().any(|b| self.step(*b).repeat_per_unit)))
    }
}

/// Plans that were read already. A template's version never changes, and its id is never used again, so what stands here
/// stays right for as long as the process lives.
#[derive(Debug, Default)]
pub struct Plans(Mutex<HashMap<TemplateId, Arc<Plan>>>);

impl Plans {
    pub fn get(&self, id: TemplateId) -> Option<Arc<Plan>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }
    pub fn put(&self, id: TemplateId, plan: Plan) -> Arc<Plan> {
        let plan = Arc::new(plan);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id, plan.clone());
        plan
    }
}
