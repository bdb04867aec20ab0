// Prints what each public name exports at run time.
const names = ['gigarow', 'gigarow/schema', 'gigarow/seed', 'gigarow/tuning', 'gigarow/migrate']
const found = await Promise.all(names.map(async (name) => [name, Object.keys(await import(name)).sort()]))
console.log(JSON.stringify(Object.fromEntries(found)))
