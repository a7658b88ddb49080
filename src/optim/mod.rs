//! Optimizers: they own references to parameters and the running state that belongs to them.

mod state;

use crate::apply::{apply, check_update};
use crate::cpu::cancel;
use crate::cpu::optim as kernel;
use crate::error::Result;
use crate::fail;
use crate::function;
pub use crate::function::Sgd;
use crate::list;
use crate::ops::create::zeros_of;
use crate::tensor::Tensor;
use crate::tensor::op::{Meta, Op, Plan};
use crate::view::{In, Out};
use smallvec::SmallVec;

/// `torch.optim.AdamW`
#[derive(Clone, Copy, Debug)]
pub struct AdamW {
    pub lr: f64,
    pub beta1: f64,
    pub beta2: f64,
    pub eps: f64,
    pub weight_decay: f64,
    pub amsgrad: bool,
    pub maximize: bool,
}

#[derive(Clone, Copy)]
enum Rule {
    Sgd(Sgd),
    AdamW(AdamW),
}

impl Rule {
    fn name(&self) -> &'static str {
        match self {
            Rule::Sgd(_) => "sgd",
            Rule::AdamW(_) => "adamw",
        }
    }

    /// How many buffers of a parameter's shape the rule keeps.
    fn buffers(&self) -> usize {
        match self {
            Rule::Sgd(h) => (h.momentum != 0.0) as usize,
            Rule::AdamW(h) => 2 + h.amsgrad as usize,
        }
    }

    fn lr(&mut self) -> &mut f64 {
        match self {
            Rule::Sgd(h) => &mut h.lr,
            Rule::AdamW(h) => &mut h.lr,
        }
    }
}

/// What the rule remembers of one parameter: nothing before its first step.
#[derive(Clone, Default)]
struct Memory {
    steps: i64,
    buffers: SmallVec<[Tensor; 3]>,
}

pub struct Optimizer {
    rule: Rule,
    params: Vec<Tensor>,
    memory: Vec<Memory>,
}

fn check(name: &str, value: f64, ok: bool, expected: &str) -> Result<()> {
    if !ok {
        fail!(INVALID_ARGUMENT, "{name} is {value}, expected {expected}");
    }
    Ok(())
}

impl Optimizer {
    pub fn sgd(params: &[Tensor], h: Sgd) -> Result<Optimizer> {
        check("lr", h.lr, h.lr >= 0.0 && h.lr.is_finite(), "a finite number of at least 0")?;
        check("momentum", h.momentum, h.momentum >= 0.0, "at least 0")?;
        check("dampening", h.dampening, h.dampening.is_finite(), "a finite number")?;
        check("weight_decay", h.weight_decay, h.weight_decay >= 0.0, "at least 0")?;
        if h.nesterov && (h.momentum == 0.0 || h.dampening != 0.0) {
            fail!(INVALID_ARGUMENT, "nesterov needs a momentum above 0 and a dampening of 0");
        }
        Optimizer::new(params, Rule::Sgd(h))
    }

    pub fn adamw(params: &[Tensor], h: AdamW) -> Result<Optimizer> {
        check("lr", h.lr, h.lr >= 0.0 && h.lr.is_finite(), "a finite number of at least 0")?;
        check("beta1", h.beta1, (0.0..1.0).contains(&h.beta1), "from 0 up to, not including, 1")?;
        check("beta2", h.beta2, (0.0..1.0).contains(&h.beta2), "from 0 up to, not including, 1")?;
        check("eps", h.eps, h.eps >= 0.0, "at least 0")?;
        check("weight_decay", h.weight_decay, h.weight_decay >= 0.0, "at least 0")?;
        Optimizer::new(params, Rule::AdamW(h))
    }

    fn new(params: &[Tensor], rule: Rule) -> Result<Optimizer> {
        if params.is_empty() {
            fail!(INVALID_ARGUMENT, "expected at least one parameter, got none");
        }
        for (i, p) in params.iter().enumerate() {
            if !p.dtype().is_float() {
                fail!(DTYPE, "params[{i}] is {}, expected a float dtype", p.dtype());
            }
            if !p.is_leaf() {
                fail!(AUTOGRAD, "params[{i}] is no leaf: a recorded op made it");
            }
            if p.storage().read_only() {
                fail!(READ_ONLY, "params[{i}] borrows read-only memory");
            }
        }
        let mut ids: Vec<(usize, usize)> = list::collect(params.iter().enumerate().map(|(i, p)| (p.id(), i)))?;
        ids.sort_unstable();
        if let Some(w) = ids.windows(2).find(|w| w[0].0 == w[1].0) {
            fail!(INVALID_ARGUMENT, "params[{}] and params[{}] are the same tensor", w[0].1, w[1].1);
        }
        let memory = list::collect(params.iter().map(|_| Memory::default()))?;
        Ok(Optimizer { rule, params: list::collect(params.iter().cloned())?, memory })
    }

    /// One update of every parameter that has a gradient. Everything that can fail comes before the first write.
    pub fn step(&mut self) -> Result<()> {
        let mut due = list::with_room(self.params.len())?;
        for (i, p) in self.params.iter().enumerate() {
            let Some(g) = p.grad() else { continue };
            if g.shape() != p.shape() || g.dtype() != p.dtype() || g.device() != p.device() {
                fail!(
                    SHAPE,
                    "the gradient of params[{i}] is {} {:?}, expected {} {:?}",
                    g.dtype(),
                    g.shape(),
                    p.dtype(),
                    p.shape()
                );
            }
            let mut buffers = self.memory[i].buffers.clone();
            while buffers.len() < self.rule.buffers() {
                buffers.push(zeros_of(p)?);
            }
            check_update(&self.update(i), &update_inputs(p, &g, &buffers))?;
            due.push((i, g, buffers));
        }
        cancel::check()?;
        // Half a step would be worse than a late answer.
        cancel::without(|| {
            due.into_iter().try_for_each(|(i, g, buffers)| {
                apply(&self.update(i), &update_inputs(&self.params[i], &g, &buffers))?;
                self.memory[i] = Memory { steps: self.memory[i].steps + 1, buffers };
                Ok(())
            })
        })
    }

    /// The next update of parameter `i`.
    fn update(&self, i: usize) -> Step {
        Step { rule: self.rule, step: self.memory[i].steps + 1 }
    }

    pub fn params(&self) -> &[Tensor] {
        &self.params
    }

    pub fn lr(&self) -> f64 {
        let mut rule = self.rule;
        *rule.lr()
    }

    pub fn set_lr(&mut self, lr: f64) -> Result<()> {
        check("lr", lr, lr >= 0.0 && lr.is_finite(), "a finite number of at least 0")?;
        *self.rule.lr() = lr;
        Ok(())
    }
}

fn update_inputs<'a>(param: &'a Tensor, g: &'a Tensor, buffers: &'a [Tensor]) -> SmallVec<[&'a Tensor; 5]> {
    [param, g].into_iter().chain(buffers).collect()
}

/// One update of one parameter: inputs are the parameter, its gradient and the rule's buffers.
#[derive(Clone)]
struct Step {
    rule: Rule,
    /// Counted from 1.
    step: i64,
}

impl Op for Step {
    fn name(&self) -> &'static str {
        self.rule.name()
    }

    fn infer(&self, inputs: &[Meta]) -> Result<Plan> {
        Ok(Plan::Update((0..inputs.len()).filter(|&i| i != 1).collect()))
    }

    fn cpu(&self, inputs: &[In], outputs: &[Out]) -> Result<()> {
        let (param, g) = (outputs[0], inputs[1]);
        match self.rule {
            Rule::Sgd(h) => kernel::sgd(param, g, outputs.get(1).copied(), self.step == 1, h),
            Rule::AdamW(h) => {
                let hyper = function::AdamW {
                    lr: h.lr,
                    beta1: h.beta1,
                    beta2: h.beta2,
                    eps: h.eps,
                    weight_decay: h.weight_decay,
                    maximize: h.maximize,
                    decoupled: true,
                };
                kernel::adamw(param, g, outputs[1], outputs[2], outputs.get(3).copied(), self.step, hyper)
            }
        }
    }
}
