"""The one-time sign-in with Google (OAuth 2.0 for installed apps, RFC 8252 with PKCE), and what is kept of it.

``scopes`` says what to ask for, ``consent`` asks, ``token_file`` keeps the answer, ``credentials`` use and renew it.
"""
