//! A pipeline as a drawing: steps from left to right in the order in which they can begin, with what each waits for.
//!
//! The drawing is SVG made here, so it needs no script, and follows light and dark by classes. The page that shows it
//! lists the same steps as text.

use askama::Template;

use super::states;

/// One step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphNode {
    pub label: String,
    /// Who does it, or how far it is: one short line.
    pub detail: String,
    /// A state of the vocabulary, for its colour; empty for a step of a template.
    pub state: String,
    /// A person decides here.
    pub gate: bool,
    /// It stands for one activity per piece.
    pub many: bool,
    pub href: Option<String>,
    /// The places, in the list of nodes, of the steps that come before it; each earlier than its own.
    pub after: Vec<usize>,
}

/// The drawing. Renders itself.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "ui/graph.html")]
pub struct Graph {
    /// What it shows, for those who do not see it.
    label: String,
    boxes: Vec<Placed>,
    edges: Vec<String>,
    width: usize,
    height: usize,
}

#[derive(Clone, Debug, Default)]
struct Placed {
    node: GraphNode,
    lines: Vec<String>,
    x: usize,
    y: usize,
}

const BOX: (usize, usize) = (168, 64);
const GAP: (usize, usize) = (44, 20);
const MARGIN: usize = 10;
/// Characters of a label that fit on a line of a box.
const FITS: usize = 22;

impl Graph {
    /// Lays the steps out: a step stands one column after the last that it waits for, and beside those.
    pub fn new(label: impl Into<String>, nodes: Vec<GraphNode>) -> Self {
        let mut columns: Vec<usize> = Vec::with_capacity(nodes.len());
        let mut rows: Vec<usize> = Vec::with_capacity(nodes.len());
        let mut taken: Vec<Vec<usize>> = Vec::new();
        for node in &nodes {
            let before = || node.after.iter().filter(|&&place| place < columns.len());
            let column = before().map(|&place| columns[place] + 1).max().unwrap_or(0);
            let wanted = before().map(|&place| rows[place]).min().unwrap_or(0);
            if taken.len() <= column {
                taken.resize(column + 1, Vec::new());
            }
            let row = (wanted..).find(|row| !taken[column].contains(row)).unwrap_or(wanted);
            taken[column].push(row);
            columns.push(column);
            rows.push(row);
        }
        let place = |place: usize| (MARGIN + columns[place] * (BOX.0 + GAP.0), MARGIN + rows[place] * (BOX.1 + GAP.1));
        let mut edges = Vec::new();
        for (to, node) in nodes.iter().enumerate() {
            for &from in node.after.iter().filter(|&&from| from < to) {
                let ((ax, ay), (bx, by)) = (place(from), place(to));
                let (ax, ay, by) = (ax + BOX.0, ay + BOX.1 / 2, by + BOX.1 / 2);
                let bend = usize::midpoint(ax, bx);
                edges.push(format!("M{ax} {ay} C{bend} {ay} {bend} {by} {bx} {by}"));
            }
        }
        let width = 2 * MARGIN + (taken.len() * (BOX.0 + GAP.0)).saturating_sub(GAP.0);
        let height =
            2 * MARGIN + ((rows.iter().max().map_or(0, |row| row + 1)) * (BOX.1 + GAP.1)).saturating_sub(GAP.1);
        let boxes = nodes
            .into_iter()
            .enumerate()
            .map(|(i, node)| {
                let (x, y) = place(i);
                Placed { lines: wrapped(&node.label), node, x, y }
            })
            .collect();
        Self { label: label.into(), boxes, edges, width, height }
    }

    pub fn is_empty(&self) -> bool {
        self.boxes.is_empty()
    }
}

impl Placed {
    fn tone(&self) -> &'static str {
        if self.node.state.is_empty() { "plain" } else { states::look(&self.node.state).as_str() }
    }
    fn line_y(&self, line: &usize) -> usize {
        self.y + if self.lines.len() > 1 { 20 + 16 * line } else { 27 }
    }
    fn detail_y(&self) -> usize {
        self.y + if self.lines.len() > 1 { 55 } else { 46 }
    }
    fn detail(&self) -> String {
        cut(&self.node.detail, 26)
    }
    fn sentence(&self) -> String {
        let state =
            if self.node.state.is_empty() { String::new() } else { format!(": {}", states::label(&self.node.state)) };
        format!("{}{state} ({})", self.node.label, self.node.detail)
    }
}

/// At most two lines; what does not fit is cut, and whole in the title.
fn wrapped(label: &str) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in label.split_whitespace() {
        let full = lines.len() == 2;
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if full || line.chars().count() + 1 + word.chars().count() <= FITS {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.iter().map(|line| cut(line, FITS)).collect()
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(label: &str, after: &[usize]) -> GraphNode {
        GraphNode { label: label.into(), after: after.to_vec(), ..GraphNode::default() }
    }

    #[test]
    fn a_step_stands_after_all_that_it_waits_for_and_no_two_in_one_place() {
        let graph = Graph::new(
            "x",
            vec![
                node("a", &[]),
                node("b", &[0]),
                node("c", &[0]),
                node("d", &[1, 2]),
                node("e", &[0, 3]),
                node("f", &[]),
            ],
        );
        let at: Vec<_> = graph.boxes.iter().map(|b| (b.x, b.y)).collect();
        assert!(at[0].0 < at[1].0 && at[1].0 == at[2].0 && at[2].0 < at[3].0 && at[3].0 < at[4].0);
        let places: std::collections::BTreeSet<_> = at.iter().collect();
        assert_eq!(places.len(), at.len());
        assert_eq!(graph.edges.len(), 6);
        assert!(at.iter().all(|(x, y)| x + BOX.0 < graph.width && y + BOX.1 < graph.height));
    }

    #[test]
    fn a_long_label_takes_two_lines_and_is_cut_after_that() {
        assert_eq!(wrapped("Publish"), ["Publish"]);
        assert_eq!(wrapped("Approve the blog requests"), ["Approve the blog", "requests"]);
        let long = wrapped(&"Überarbeitung ".repeat(9));
        assert!(long.len() == 2 && long.iter().all(|line| line.chars().count() <= FITS) && long[1].ends_with('…'));
        // A reference to a step that is not before it is left out, not drawn backwards.
        assert!(Graph::new("x", vec![node("a", &[0, 7])]).edges.is_empty());
    }
}
