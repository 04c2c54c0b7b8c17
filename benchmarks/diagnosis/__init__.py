"""How right the diagnosis is: labelled runs and public logs scored as DESIGN 8 defines, beside the rivals."""
