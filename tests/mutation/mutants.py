"""The mutants of a module: one small change each, made in its syntax tree."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: where, what it was and what it is, and the whole module with it."""

    function: str
    line: int
    before: str
    after: str
    source: str

    @property
    def change(self) -> str:
        """Return the change as one line, which stays the same when the lines above it move."""
        return f"{self.function}: {self.before} → {self.after}"


Change = tuple[ast.AST, ast.AST]
"""A node of the tree, and what stands in its place."""


def mutants(source: str) -> list[Mutant]:
    """Return every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    found: list[Mutant] = []
    seen = {ast.unparse(tree)}
    for function, node in _nodes(tree, ""):
        for old, new in _changes(node):
            text = ast.unparse(_replaced(tree, old, new))
            if text not in seen:
                seen.add(text)
                found.append(Mutant(function, node.lineno, _shown(old), _shown(new), text))  # type: ignore[attr-defined]
    return sorted(found, key=lambda m: m.line)


def _shown(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else f"{text[:60]} … {text[-25:]}"


def _nodes(node: ast.AST, function: str) -> Iterator[tuple[str, ast.AST]]:
    """Yield each node that may be changed, with the function it is in; no annotation, no docstring, no import."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params", "bases"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, (ast.Import, ast.ImportFrom)):
                continue
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                continue
            if isinstance(child, ast.Assign) and not function and _names_a_type(child.value):
                continue
            inner = function
            if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
                inner = f"{function}.{child.name}".strip(".")
            if hasattr(child, "lineno"):
                yield inner or "module", child
            yield from _nodes(child, inner)


def _names_a_type(node: ast.AST) -> bool:
    """Return whether a module's assignment is a name for a type, such as `Grid = Sequence[Sequence[Value]]`."""
    return isinstance(node, (ast.Subscript, ast.BinOp)) and any(
        isinstance(n, ast.Name) and n.id in ("Callable", "Mapping", "Sequence", "tuple", "dict", "list", "Literal")
        for n in ast.walk(node)
    )


def _changes(node: ast.AST) -> Iterator[Change]:
    for kind, change in _MUTATORS:
        if isinstance(node, kind):
            yield from ((node, new) for new in change(node))
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        yield from _condition(node)
    for comprehension in getattr(node, "generators", ()):
        yield from _filter(comprehension)


def _comparison(node: ast.Compare) -> Iterator[ast.AST]:
    for i, op in enumerate(node.ops):
        for other in _COMPARISONS.get(type(op), ()):
            new = copy.deepcopy(node)
            new.ops[i] = other()
            yield new


def _boolean(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    if len(node.values) > 1:
        for i in range(len(node.values)):
            rest = node.values[:i] + node.values[i + 1 :]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _negation(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.Not):
        yield node.operand


def _condition(node: ast.If | ast.IfExp | ast.While) -> Iterator[Change]:
    """Yield a condition turned round; a comparison and a `not` are turned round by mutators of their own."""
    if not isinstance(node.test, (ast.Compare, ast.UnaryOp)):
        yield node.test, ast.UnaryOp(ast.Not(), node.test)


def _filter(node: ast.comprehension) -> Iterator[Change]:
    for condition in node.ifs:
        yield condition, ast.Constant(True)


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        yield ast.Constant(node.value + 1)


def _compared_text(node: ast.Compare) -> Iterator[ast.AST]:
    for i, side in enumerate(node.comparators):
        if isinstance(side, ast.Constant) and isinstance(side.value, str) and side.value:
            new = copy.deepcopy(node)
            new.comparators[i] = ast.Constant(side.value + "~")
            yield new


def _operator(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in _OPERATORS and not any(isinstance(n, ast.JoinedStr) for n in (node.left, node.right)):
        yield ast.BinOp(node.left, _OPERATORS[type(node.op)](), node.right)


def _statement(node: ast.Expr) -> Iterator[ast.AST]:
    """A call or a yield left out; a generator stays one."""
    if isinstance(node.value, ast.Call):
        yield ast.Pass()
    elif isinstance(node.value, ast.Yield):
        yield ast.If(ast.Constant(False), [node], [])


def _returned(node: ast.Return) -> Iterator[ast.AST]:
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield ast.Return(ast.Constant(None))


def _jump(node: ast.Continue | ast.Break) -> Iterator[ast.AST]:
    yield ast.Break() if isinstance(node, ast.Continue) else ast.Continue()


def _augmented(node: ast.AugAssign) -> Iterator[ast.AST]:
    yield ast.Pass()


_MUTATORS: tuple[tuple[type | tuple[type, ...], Callable[..., Iterator[ast.AST]]], ...] = (
    (ast.Compare, _comparison), (ast.Compare, _compared_text), (ast.BoolOp, _boolean), (ast.UnaryOp, _negation),
    (ast.Constant, _constant), (ast.BinOp, _operator),
    (ast.Expr, _statement), (ast.Return, _returned), ((ast.Continue, ast.Break), _jump), (ast.AugAssign, _augmented),
)  # fmt: skip


def _replaced(tree: ast.Module, old: ast.AST, new: ast.AST) -> ast.Module:
    """Return a copy of the tree with another node in the place of one."""

    class Replace(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return ast.copy_location(copy.deepcopy(new), node) if node is old else _rebuilt(node, self.visit)

    return ast.fix_missing_locations(Replace().visit(tree))  # type: ignore[return-value]


def _rebuilt(node: ast.AST, visit: Callable[[ast.AST], ast.AST]) -> ast.AST:
    """Return a shallow copy of a node with its children visited; the tree itself is left as it is."""
    made = copy.copy(node)
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            setattr(made, name, [visit(v) if isinstance(v, ast.AST) else v for v in value])
        elif isinstance(value, ast.AST):
            setattr(made, name, visit(value))
    return made
