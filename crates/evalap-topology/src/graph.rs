//! Who waits for whom.

use std::collections::{BTreeMap, BTreeSet};

/// Edges from what waits to what it waits for.
pub(crate) type Edges<N> = BTreeMap<N, BTreeSet<N>>;

/// The nodes in an order in which each comes after all it waits for; nodes that could go at once are in their natural
/// order, so that the order does not depend on how the graph was written.
///
/// # Errors
/// The members of a circle, each waiting for the next, the last for the first.
pub(crate) fn in_order<N: Ord + Clone>(edges: &Edges<N>) -> Result<Vec<N>, Vec<N>> {
    // By their places in the natural order: numbers are quicker to compare and to find than names.
    let nodes: Vec<&N> = edges.keys().collect();
    let mut waiting: Vec<usize> = edges.values().map(BTreeSet::len).collect();
    let mut followers = vec![Vec::new(); nodes.len()];
    for (place, after) in edges.values().enumerate() {
        for before in after {
            if let Ok(before) = nodes.binary_search(&before) {
                followers[before].push(place);
            }
        }
    }
    let mut free: BTreeSet<usize> = (0..nodes.len()).filter(|place| waiting[*place] == 0).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(place) = free.pop_first() {
        order.push(nodes[place].clone());
        for follower in &followers[place] {
            waiting[*follower] -= 1;
            if waiting[*follower] == 0 {
                free.insert(*follower);
            }
        }
    }
    if order.len() == edges.len() {
        Ok(order)
    } else {
        Err(circles(edges).into_iter().next().unwrap_or_default())
    }
}

/// A circle for each edge by which a walk comes back to where it has passed, from its first member on; none where there is
/// no circle at all.
pub(crate) fn circles<N: Ord + Clone>(edges: &Edges<N>) -> Vec<Vec<N>> {
    let mut circles = Vec::new();
    let mut met = BTreeSet::new();
    for (start, after) in edges {
        if !met.insert(start) {
            continue;
        }
        // The walk's own stack, not the program's: it is as long as the longest chain.
        let mut path = vec![(start, after.iter())];
        let mut places = BTreeMap::from([(start, 0)]);
        while let Some((here, left)) = path.last_mut() {
            let Some(next) = left.next() else {
                places.remove(here);
                path.pop();
                continue;
            };
            if let Some(place) = places.get(next) {
                let mut circle: Vec<N> = path[*place..].iter().map(|(node, _)| (*node).clone()).collect();
                let first = (0..circle.len()).min_by_key(|at| &circle[*at]).unwrap_or_default();
                circle.rotate_left(first);
                circles.push(circle);
            } else if met.insert(next)
                && let Some(after) = edges.get(next)
            {
                places.insert(next, path.len());
                path.push((next, after.iter()));
            }
        }
    }
    circles
}

/// The chain of nodes that takes longest, and how long it takes, where each takes `cost` once all it waits for is done.
pub(crate) fn critical_path<N: Ord + Clone>(
    edges: &Edges<N>,
    order: &[N],
    cost: impl Fn(&N) -> f64,
) -> (Vec<N>, f64) {
    let mut ends: BTreeMap<&N, (f64, Option<&N>)> = BTreeMap::new();
    for node in order {
        let after = edges.get(node).into_iter().flatten();
        let last =
            after.filter_map(|before| Some((ends.get(before)?.0, before))).max_by(|a, b| a.0.total_cmp(&b.0));
        let (start, before) = last.map_or((0.0, None), |(end, before)| (end, Some(before)));
        ends.insert(node, (start + cost(node), before));
    }
    let Some((mut node, (total, _))) =
        ends.iter().max_by(|a, b| a.1.0.total_cmp(&b.1.0)).map(|(node, end)| (*node, *end))
    else {
        return (Vec::new(), 0.0);
    };
    let mut path = vec![node.clone()];
    while let Some((_, Some(before))) = ends.get(node) {
        path.push((*before).clone());
        node = before;
    }
    path.reverse();
    (path, total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edges(pairs: &[(u8, &[u8])]) -> Edges<u8> {
        pairs.iter().map(|(node, after)| (*node, after.iter().copied().collect())).collect()
    }

    #[test]
    fn a_circle_is_named_in_order_and_without_its_tail() {
        assert_eq!(in_order(&edges(&[(1, &[2]), (2, &[3]), (3, &[4]), (4, &[2])])), Err(vec![2, 3, 4]));
        assert_eq!(in_order(&edges(&[(1, &[1])])), Err(vec![1]));
    }

    #[test]
    fn circles_that_have_members_in_common_are_told_one_by_one() {
        let graph = edges(&[(1, &[2]), (2, &[1, 3]), (3, &[1, 9]), (4, &[1, 5]), (5, &[4])]);
        assert_eq!(circles(&graph), [vec![1, 2], vec![1, 2, 3], vec![4, 5]]);
    }

    #[test]
    fn the_longest_chain_and_the_longest_circle_are_walked_once() {
        let mut graph: Edges<u32> = (0..100_000).map(|node| (node, BTreeSet::from([node + 1]))).collect();
        assert!(circles(&graph).is_empty());
        graph.insert(100_000, BTreeSet::from([0]));
        assert_eq!(circles(&graph), [(0..=100_000).collect::<Vec<_>>()]);
    }

    #[test]
    fn the_critical_path_is_the_slowest_chain() {
        let graph = edges(&[(1, &[]), (2, &[1]), (3, &[1]), (4, &[2, 3])]);
        let order = in_order(&graph).unwrap();
        assert_eq!(critical_path(&graph, &order, |node| f64::from(*node)), (vec![1, 3, 4], 8.0));
        assert_eq!(critical_path(&Edges::<u8>::new(), &[], |_| 1.0), (vec![], 0.0));
    }

    proptest! {
        #[test]
        fn every_order_respects_the_graph(after in proptest::collection::vec(proptest::collection::btree_set(0usize..20, 0..4), 20)) {
            // Only edges to smaller numbers: no circles.
            let graph: Edges<usize> =
                after.into_iter().enumerate().map(|(node, after)| (node, after.into_iter().filter(|n| *n < node).collect())).collect();
            let order = in_order(&graph).unwrap();
            prop_assert_eq!(order.len(), graph.len());
            for (at, node) in order.iter().enumerate() {
                prop_assert!(graph[node].iter().all(|before| order[..at].contains(before)));
            }
        }
    }
}
