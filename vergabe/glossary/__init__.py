"""Glossary (Fachbegriffe): what terms of art mean, in plain words, with their source of law.

Everybody may read it. Pages show an entry beside a term with the macro `term`.
"""
