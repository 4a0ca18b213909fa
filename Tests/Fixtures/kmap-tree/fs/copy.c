/* A made-up file system. kmap(in a comment) does not count. */
static void *cache_address;

static void copy_one(struct page *to, struct page *from)
{
	char *source, *target;

	source = kmap(from);
	target = kmap(to);
	memcpy(target, source, PAGE_SIZE); // kmap(neither)
	kunmap(to);
	kunmap(from);
}

static int read_dir(struct dir *dir, struct page *page)
{
	dir->names = kmap(page);
	return parse(dir, "kmap(of text) \" {");
}

static void *page_data(struct page *page)
{
	return kmap(page);
}

void fill_cache(struct page *page)
{
	cache_address = kmap(page);
	kunmap(page);
}

void clear_one(struct page *page)
{
	void *data = kmap_atomic(page);

	memset(data, 0, PAGE_SIZE);
	kunmap_atomic(data);
}
