"""What is kept, as rows. The only package that imports a database driver."""
