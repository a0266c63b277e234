"""Charts as SVG, drawn from plain figures; every chart has its table. Pure.

`bars` compares figures, `timeline` shows days; `pictures.pictures_of` draws either for wide and for
narrow screens. Pages show both with the macro `chart` (templates/macros/charts.html).
"""
