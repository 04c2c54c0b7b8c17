"""How right the diagnosis is: labelled runs and public logs scored as the README defines, beside the rivals."""
