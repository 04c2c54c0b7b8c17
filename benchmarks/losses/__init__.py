"""Where the numbers come from against which `lossdoc.losses` is tested: the libraries that own the losses."""
