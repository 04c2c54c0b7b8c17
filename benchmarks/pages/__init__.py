"""The documentation site, made from the documents, the checks' docstrings and the command line's own help.

`site.files()` gives every file of it as text: Markdown pages under `docs/`, one SVG beside each page with drawings, and
`mkdocs.yml`. Pages are the blocks of `lossdoc.show.pages`, the same that `explain` prints, set as Markdown: prose stands in
one place.
"""
