"""A copy of what is public (Notfall-Kopie), for any web server to show while we are down.

Pages, documents, feed and list as files under the addresses of the service, nothing that needs a
login, no cookies, no scripts; each page says of when it is.
"""
