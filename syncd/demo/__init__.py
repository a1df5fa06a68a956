"""The job search that ``syncd demo`` plays: bundled sample files, put where mail and invitations would come to lie.

Everything else is the real thing: the config, the back ends for files, the store and the cycle.
"""
