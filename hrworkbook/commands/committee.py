"""The commands of the committee's papers: appendix, roll."""

from argparse import Namespace
from pathlib import Path

from hrworkbook.commands.console import Progress, now, print_json
from hrworkbook.errors import CannotWrite
from hrworkbook.findings import count


def run_appendix(options: Namespace) -> int:
    """Makes the appendix, the exempt one beside it where there is one, and the PDF where asked for."""
    from hrworkbook.appendix import appendix
    from hrworkbook.appendix.sheets import plan_document, write_appendix
    from hrworkbook.buttons import exempt_path
    from hrworkbook.hosts.file import FileHost
    from hrworkbook.hosts.files import place_all

    target = Path(options.out)
    if target.suffix.lower() != ".xlsx":
        raise CannotWrite(target.name, "the appendix is an Excel workbook", "Give it a name that ends in .xlsx")
    if target.resolve() == Path(options.master).resolve():
        raise CannotWrite(target.name, "that is the master itself", "Give the appendix a name of its own")
    host = FileHost(Path(options.master))
    with Progress("Laying out"):
        result = appendix(host.snapshot(), now())
        public = plan_document(result.public)
        files = {target.name: write_appendix(public)}
        exempt = exempt_path(target)
        if result.exempt:
            files[exempt.name] = write_appendix(result.exempt)
    with place_all(target.parent, files, keep=True):
        host.apply(result.changes)
    pdf = None
    if options.pdf:
        from hrworkbook.appendix.proof import to_pdf

        with Progress("Printing"):
            pdf = target.with_suffix(".pdf")
            to_pdf(target, pdf)
            if result.exempt:
                to_pdf(exempt, exempt.with_suffix(".pdf"))
    if options.json:
        print_json({
            "file": str(target), "pages": public.page_count, "rows": len(result.public.lines), "words": public.plan.words,
            "exempt": str(exempt) if result.exempt else None, "pdf": str(pdf) if pdf else None, "paragraph": result.paragraph,
        })  # fmt: skip
    else:
        print(
            f"{target.name}: {count(public.page_count, 'page')}, {count(len(result.public.lines), 'line')}, {public.plan.words:,} words."
        )
        print(result.changes.message)
        print(f"For the covering report: {result.paragraph}")
    return 0


def run_roll(options: Namespace) -> int:
    """Closes the period."""
    from hrworkbook.hosts.file import FileHost
    from hrworkbook.roll import roll

    host = FileHost(Path(options.master))
    result = roll(host.snapshot(), now(), options.next or "")
    host.apply(result.changes)
    if options.json:
        print_json({"closed": result.closed, "next": result.next, "lines": result.lines})
    else:
        print(result.changes.message)
    return 0
