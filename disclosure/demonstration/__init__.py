"""The demonstration: a made-up platform, its staff, and the cases on their desks.

Nothing here is used outside ``serve --demo`` and tests. ``marketplace.py`` builds the platform's
database from ``people.toml`` and ``trade.toml``. ``staff.py`` says who works there and which
agencies are in their register. ``stories.py`` plays every case through the operations, on the stage
of ``playing.py``; ``demands.toml`` says what each authority asks for and ``words.toml`` what stands
on the papers. ``opening.py`` does all of it once, in a folder of its own. The case that a newcomer
takes to its end (docs/five-minutes.md) is the row ``walk`` of ``demands.toml``.
"""
