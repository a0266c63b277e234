"""What checks find, as people work through it: at the field of our form, in German, folded."""
