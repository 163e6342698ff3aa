"""For translators: the texts of the code, catalogues brought up to date with them, what is wrong there."""
